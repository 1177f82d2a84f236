import type { Define } from './options.ts';
import { parseShell } from '../overrides.ts';

export const define: Define = (line, { terminal, end }) =>
  line.command(
    'completion [shell]',
    'Print a script that completes words in a shell',
    (y) =>
      y
        .positional('shell', { type: 'string', describe: 'bash or zsh (default: the one in $SHELL)' })
        .option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
    async (argv) => {
      const { completion } = await import('../commands/completion.ts');
      end(completion({ shell: parseShell(argv.shell), json: argv.json === true }, terminal));
    },
  );
