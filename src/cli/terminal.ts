import { UserError } from './exit.ts';

/** Where a command writes: the summary to stdout, progress and errors to stderr. */
export interface Terminal {
  /** Writes whole lines to stdout. */
  readonly out: (text: string) => void;
  /** Writes whole lines to stderr. */
  readonly err: (text: string) => void;
  /** Whether stdout takes colours: on a terminal only, and not against NO_COLOR. */
  readonly color: boolean;
  /** Columns of stdout; 80 in a pipe. */
  readonly width: number;
  /** Whether stderr can show progress. */
  readonly live: boolean;
  /** Asks whoever sits there, on stderr; null where nobody does. Rejects with a UserError when no answer will come. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

export function hostTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const [outTty, errTty] = [isTerminal(stdout), isTerminal(stderr)];
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    out: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    err: (text) => void stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    color: outTty && !plain,
    width: outTty && stdout.columns > 0 ? stdout.columns : 80,
    live: errTty && env['TERM'] !== 'dumb',
    ask: isTerminal(process.stdin) && errTty ? askOnTerminal : null,
  };
}

async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve, reject) => {
      // Ctrl-C and Ctrl-D close it without an answer.
      reader.once('close', () => reject(new UserError('no-answer', 'no answer, so nothing is written')));
      reader.question(question).then(resolve, reject);
    });
  } finally {
    reader.close();
  }
}

/** `spillway … | head` closes the pipe early: that ends the command, quietly. */
export function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** In a pipe Node leaves isTTY undefined, whatever its type says. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}
