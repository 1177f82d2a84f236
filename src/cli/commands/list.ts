import { basename, extname } from 'node:path';
import { EXIT, type ExitCode } from '../exit.ts';
import { NO_CHANGES, readScenario, scenarioFiles, Texts } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';
import { wrap } from '../text.ts';

/** The scenarios at hand, each with its title and its question. */
export function list(options: { readonly json: boolean }, terminal: Terminal): ExitCode {
  const texts = new Texts();
  const entries = scenarioFiles().map((file) => {
    const reading = readScenario(file, NO_CHANGES, texts);
    const name = basename(file, extname(file));
    if (!reading.ok) return { name, file, ok: false, title: '', description: '' };
    const { title, description } = reading.scenario;
    return { name, file, ok: true, title, description };
  });
  if (options.json) {
    terminal.out(JSON.stringify(entries));
    return EXIT.fine;
  }
  for (const { file, ok, title, description } of entries) {
    const what = ok ? title : `has errors; see: spillway validate ${file}`;
    const whole = `${file}  ${what}`;
    // A path of a machine may be long: the title goes below it then.
    const lines =
      whole.length <= terminal.width ? [whole] : [file, ...wrap(what, terminal.width - 2).map((text) => `  ${text}`)];
    terminal.out(lines.join('\n'));
    if (description !== '')
      terminal.out(
        wrap(description, terminal.width - 4)
          .map((line) => `    ${line}`)
          .join('\n'),
      );
  }
  if (entries.length === 0) terminal.err('No scenario in ./scenarios.');
  return EXIT.fine;
}
