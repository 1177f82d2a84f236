import {
  type Define,
  designOption,
  threadsOption,
  SCENARIO,
  withoutReplications,
  changesOf,
  countOf,
  threadsOf,
  onlyOne,
  single,
} from './options.ts';
import { parseTime } from '../overrides.ts';

const RUNS = 500;
const MAX_RUNS = 100_000_000;
const MESSAGES = 2000;
const MAX_MESSAGES = 1_000_000;

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'check [scenario..]',
    'Search for a run that breaks a guarantee; write the smallest one as a scenario',
    (y) =>
      withoutReplications(
        y.positional('scenario', {
          type: 'string',
          array: true,
          describe: `${SCENARIO}; left out: random systems`,
        }),
      )
        .option('seed', { type: 'string', requiresArg: true, describe: 'Seed of the search (default: 1)' })
        .option('runs', {
          type: 'string',
          requiresArg: true,
          describe: `Random runs to try (default: ${RUNS})`,
        })
        .option('time', {
          type: 'string',
          requiresArg: true,
          describe: 'Stop after so long, such as 30s or 5m (default: when all runs are done)',
        })
        .option('messages', {
          type: 'string',
          requiresArg: true,
          describe: `Requests of one run, at most (default: ${MESSAGES})`,
        })
        .option('design', designOption)
        .option('threads', threadsOption)
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'Folder of what is found (default: out/<scenario>)',
        })
        .option('history', {
          type: 'string',
          requiresArg: true,
          describe: 'Search nothing: judge this log of a real system by what the design promises',
        })
        .option('json', { type: 'boolean', describe: 'Print one line of JSON per scenario' })
        .conflicts('history', ['runs', 'time', 'messages', 'threads', 'out', 'seed']),
    async (argv) => {
      const history = single('history', argv.history);
      if (history !== undefined) {
        const { checkHistory } = await import('../commands/check-history.ts');
        const scenario = onlyOne('--history', 'scenario', argv.scenario);
        const design = argv.design === undefined ? undefined : onlyOne('--history', '--design', argv.design);
        end(checkHistory({ scenario, changes: changesOf(argv), history, design, json: argv.json === true }, terminal));
        return;
      }
      const { check } = await import('../commands/check.ts');
      const { seed, ...changes } = argv;
      end(
        await check(
          {
            scenarios: argv.scenario ?? [],
            changes: changesOf(changes),
            runs: countOf('runs', argv.runs, RUNS, MAX_RUNS),
            milliseconds: parseTime(single('time', argv.time)),
            seed: single('seed', seed) ?? '1',
            messages: countOf('messages', argv.messages, MESSAGES, MAX_MESSAGES),
            designs: argv.design ?? [],
            threads: threadsOf(argv.threads),
            out: single('out', argv.out),
            json: argv.json === true,
          },
          terminal,
        ),
      );
    },
  );
