import { type Define, SCENARIO, withoutReplications, changesOf, single } from './options.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'trace <scenario>',
    'Tell the life of one message, record by record',
    (y) =>
      withoutReplications(y.positional('scenario', { type: 'string', demandOption: true, describe: SCENARIO }))
        .option('message', {
          type: 'string',
          requiresArg: true,
          demandOption: true,
          describe:
            'Which request: its place in the order of arrival from 0 on (12; orders/12 where there are several traffics), or slowest, redelivered, dead-lettered, lost-reply, failed: the first such one',
        })
        .option('design', { type: 'string', requiresArg: true, describe: 'The design (default: the only one)' })
        .option('replication', {
          type: 'string',
          requiresArg: true,
          describe: 'The replication, from 0 on (default: 0)',
        })
        .option('json', { type: 'boolean', describe: 'Print its records as one line of JSON' }),
    async (argv) => {
      const { trace } = await import('../commands/trace.ts');
      const message = single('message', argv.message) as string;
      const options = {
        design: single('design', argv.design),
        replication: single('replication', argv.replication),
      };
      const changes = changesOf(argv);
      end(await trace({ scenario: argv.scenario, changes, message, ...options, json: argv.json === true }, terminal));
    },
  );
