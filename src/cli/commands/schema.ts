import { scenarioJsonSchema } from '../../scenario/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

/** The JSON Schema of a scenario, for editors; with `json` on one line. */
export function schema(options: { readonly json: boolean }, terminal: Terminal): ExitCode {
  terminal.out(JSON.stringify(scenarioJsonSchema(), null, options.json ? undefined : 2));
  return EXIT.fine;
}
