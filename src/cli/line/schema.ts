import type { Define } from './options.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'schema',
    'Print the JSON Schema of a scenario, for editors',
    (y) => y.option('json', { type: 'boolean', describe: 'Print it on one line' }),
    async (argv) => {
      const { schema } = await import('../commands/schema.ts');
      end(schema({ json: argv.json === true }, terminal));
    },
  );
