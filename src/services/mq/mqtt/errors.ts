/** What this model throws: mistakes of whoever wires it. What clients do wrong ends their connection. */
export class MqttModelError extends Error {
  readonly code: 'bad-setting' | 'too-many-messages';

  constructor(code: MqttModelError['code'], message: string) {
    super(message);
    this.name = 'MqttModelError';
    this.code = code;
  }
}
