/** A programmer's error: thrown, never answered. Protocols answer with errors of their own. */
export class MqModelError extends Error {
  readonly code: 'bad-setting' | 'not-held' | 'too-many-messages' | 'unknown-node' | 'gone';

  constructor(code: MqModelError['code'], message: string) {
    super(message);
    this.name = 'MqModelError';
    this.code = code;
  }
}
