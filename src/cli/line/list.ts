import { type Define } from './options.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'list',
    'List the scenarios at hand, with the question of each',
    (y) => y.option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
    async (argv) => {
      const { list } = await import('../commands/list.ts');
      end(list({ json: argv.json === true }, terminal));
    },
  );
