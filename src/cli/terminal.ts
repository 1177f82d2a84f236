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
  };
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
