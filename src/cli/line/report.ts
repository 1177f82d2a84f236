import { type Define, formatOption, single } from './options.ts';
import { DEFAULT_FORMATS, parseFormats } from '../overrides.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'report <result..>',
    'Build the report again from results, without simulating',
    (y) =>
      y
        .positional('result', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'result.json, its folder, or a scenario that was run to out/<name>',
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'Folder of the report (default: beside the result)',
        })
        .option('format', formatOption)
        .option('json', { type: 'boolean', describe: 'Print what was written as one line of JSON per result' }),
    async (argv) => {
      const { report } = await import('../commands/report.ts');
      const formats = parseFormats(argv.format ?? DEFAULT_FORMATS);
      end(
        await report(
          { results: argv.result, out: single('out', argv.out), formats, json: argv.json === true },
          terminal,
        ),
      );
    },
  );
