import { type Define, single } from './options.ts';
import { PRESETS } from '../init/presets.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'init [name]',
    'Write a commented scenario, by questions or options',
    (y) =>
      y
        .positional('name', {
          type: 'string',
          describe: `Name of the scenario and its file (default: ${PRESETS.name})`,
        })
        .option('traffic', {
          type: 'string',
          requiresArg: true,
          describe: `Usual rate (default: ${PRESETS.traffic})`,
        })
        .option('spike', {
          type: 'string',
          requiresArg: true,
          describe: `Highest rate, or none (default: ${PRESETS.spike})`,
        })
        .option('work', {
          type: 'string',
          requiresArg: true,
          describe: `Time of the database for one request (default: ${PRESETS.work})`,
        })
        .option('design', {
          type: 'string',
          array: true,
          requiresArg: true,
          describe: `Designs to compare, comma-separated (default: ${PRESETS.designs})`,
        })
        .option('yes', { type: 'boolean', describe: 'Ask nothing: take the defaults of what is not given' })
        .option('json', { type: 'boolean', describe: 'Print what was written as one line of JSON' }),
    async (argv) => {
      const { init } = await import('../commands/init.ts');
      const given = {
        name: argv.name,
        traffic: single('traffic', argv.traffic),
        spike: single('spike', argv.spike),
        work: single('work', argv.work),
        designs: argv.design?.join(','),
      };
      end(await init({ given, yes: argv.yes === true, json: argv.json === true }, terminal));
    },
  );
