import type { Terminal } from './terminal.ts';

/** Shows how far a long work is. Says nothing where stderr is no terminal. */
export interface Progress {
  /** Shares of the work that are done, from 0 to 1. */
  readonly update: (done: number) => void;
  /** Takes the bar away. */
  readonly stop: () => void;
}

const STEPS = 1000;
const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** A bar with the time left, on stderr. */
export async function startProgress(terminal: Terminal, label: string): Promise<Progress> {
  if (!terminal.live) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage} %, {eta_formatted} left`,
    barsize: 28,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    clearOnComplete: true,
    // Ctrl-C ends the process at once: nothing on the terminal may need restoring then.
    linewrap: true,
    hideCursor: false,
    gracefulExit: false,
    etaBuffer: 50,
  });
  bar.start(STEPS, 0);
  return { update: (done) => bar.update(Math.floor(done * STEPS)), stop: () => bar.stop() };
}
