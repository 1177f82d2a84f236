import { EXIT, type ExitCode } from '../exit.ts';
import { type Changes, readScenario, Texts } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';

export interface ValidateOptions {
  readonly scenarios: readonly string[];
  readonly changes: Changes;
  readonly json: boolean;
}

/** All errors of each scenario; runs nothing. */
export function validate(options: ValidateOptions, terminal: Terminal): ExitCode {
  const texts = new Texts();
  const readings = options.scenarios.map((argument) => readScenario(argument, options.changes, texts));
  for (const reading of readings) {
    if (options.json) {
      const errors = reading.ok ? [] : reading.errors;
      const text = reading.ok || reading.errors.length > 0 ? {} : { message: reading.text };
      terminal.out(JSON.stringify({ file: reading.file, ok: reading.ok, errors, ...text }));
    } else if (reading.ok) terminal.out(`${reading.file}: fine`);
    else terminal.err(reading.text);
  }
  return readings.every(({ ok }) => ok) ? EXIT.fine : EXIT.badInput;
}
