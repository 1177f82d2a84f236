import { type Define, scenarios, withChanges, changesOf } from './options.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'validate <scenario..>',
    'Tell all errors of a scenario, run nothing',
    (y) =>
      withChanges(scenarios(y)).option('json', {
        type: 'boolean',
        describe: 'Print one line of JSON per scenario',
      }),
    async (argv) => {
      const { validate } = await import('../commands/validate.ts');
      end(validate({ scenarios: argv.scenario, changes: changesOf(argv), json: argv.json === true }, terminal));
    },
  );
