import {
  type Define,
  designOption,
  threadsOption,
  formatOption,
  scenarios,
  withChanges,
  changesOf,
  threadsOf,
  single,
} from './options.ts';
import { DEFAULT_FORMATS, parseFormats } from '../overrides.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'run <scenario..>',
    'Run every design, print the comparison, write the report',
    (y) =>
      withChanges(scenarios(y))
        .option('design', designOption)
        .option('threads', threadsOption)
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'Folder of the report (default: out/<scenario>)',
        })
        .option('format', formatOption)
        .option('api-log', {
          type: 'string',
          requiresArg: true,
          describe: 'Write the calls of one replication of one design to this file, in CloudTrail’s format',
        })
        .option('api-log-epoch', {
          type: 'string',
          requiresArg: true,
          describe: 'Instant at which virtual time begins in that log (default: 2026-01-01)',
        })
        .option('history', {
          type: 'string',
          requiresArg: true,
          describe: 'Write what clients did and saw in one replication of one design to this file, a line of JSON each',
        })
        .option('trace-events', {
          type: 'string',
          requiresArg: true,
          describe: 'Write one replication of one design to this file, in Chrome’s trace format, for Perfetto',
        })
        .option('json', { type: 'boolean', describe: 'Print result.json on one line instead of the summary' }),
    async (argv) => {
      const { run } = await import('../commands/run.ts');
      const apiLog = single('api-log', argv['api-log']);
      const { parseEpoch } = await import('../api-log.ts');
      const epochSeconds = parseEpoch(single('api-log-epoch', argv['api-log-epoch']) ?? '2026-01-01');
      end(
        await run(
          {
            scenarios: argv.scenario,
            changes: changesOf(argv),
            designs: argv.design ?? [],
            threads: threadsOf(argv.threads),
            out: single('out', argv.out),
            formats: parseFormats(argv.format ?? DEFAULT_FORMATS),
            json: argv.json === true,
            apiLog: apiLog === undefined ? undefined : { file: apiLog, epochSeconds },
            history: single('history', argv.history),
            traceEvents: single('trace-events', argv['trace-events']),
          },
          terminal,
        ),
      );
    },
  );
