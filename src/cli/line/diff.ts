import { type Define, RESULT, single } from './options.ts';
import { parseTolerance } from '../overrides.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'diff <a> <b>',
    'Two results side by side; exit code 1 when the second is worse',
    (y) =>
      y
        .positional('a', { type: 'string', demandOption: true, describe: `${RESULT}; what is compared with` })
        .positional('b', { type: 'string', demandOption: true, describe: `${RESULT}; what is judged` })
        .option('tolerance', {
          type: 'string',
          requiresArg: true,
          describe: 'What may be worse, as a share of the former value (default: 5%)',
        })
        .option('json', { type: 'boolean', describe: 'Print one line of JSON, with every figure that differs' })
        .epilogue('Two designs of one result: spillway diff out/flash-sale#sync out/flash-sale#queued'),
    async (argv) => {
      const { diff } = await import('../commands/diff.ts');
      const tolerance = parseTolerance(single('tolerance', argv.tolerance) ?? '5%');
      end(diff({ a: argv.a, b: argv.b, tolerance, json: argv.json === true }, terminal));
    },
  );
