import type { Define } from './options.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'explain [type] [setting]',
    'Settings, limits and defaults of a type, with sources',
    (y) =>
      y
        .positional('type', { type: 'string', describe: 'service, sqs, calls, …; left out: what can be explained' })
        .positional('setting', { type: 'string', describe: 'One of its settings, such as redrive.maxReceiveCount' })
        .option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
    async (argv) => {
      const { explain } = await import('../commands/explain.ts');
      end(explain({ type: argv.type, setting: argv.setting, json: argv.json === true }, terminal));
    },
  );
