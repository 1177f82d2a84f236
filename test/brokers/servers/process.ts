/** A process of ours with all that it starts: it never outlives us, however we end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it listens once it is of use. */
  readonly ports: readonly number[];
}

/**
 * A shell of its own process group holds the command: it ends the group when the command ends, and when our end of its input is closed, which is what the
 * system does for us if we are killed.
 */
const GUARD = '{ "$@"; kill -9 -$$; } & cat >/dev/null; kill -9 -$$';
/** On a machine busy with other tests, RabbitMQ takes 15 s. */
const START_LIMIT_MS = 150_000;
const LOOK_AGAIN_MS = 50;

export class GuardedProcess {
  readonly #child: ChildProcess;
  readonly #ports: readonly number[];
  readonly #log: string;
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor({ file, args, env, ports }: Command, folder: string, log: string) {
    this.#ports = ports;
    this.#log = log;
    appendFileSync(log, '');
    const out = openSync(log, 'a');
    this.#child = spawn('/bin/sh', ['-c', GUARD, 'sh', file, ...args], {
      cwd: folder,
      detached: true,
      stdio: ['pipe', out, out],
      // Its home is its folder: what a broker keeps of itself (cookies, preferences) stays there.
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: folder, ...env },
    });
    closeSync(out);
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        resolve();
      };
      this.#child.once('exit', over);
      this.#child.once('error', over);
    });
  }

  /** Until it listens on each of its ports. */
  async isReady(): Promise<void> {
    for (const port of this.#ports) {
      for (let waitedMs = 0; !(await isTaken(port)); waitedMs += LOOK_AGAIN_MS) {
        if (this.#isOver) throw new Error(`it ended by itself:\n${this.#lastWords()}`);
        if (waitedMs > START_LIMIT_MS)
          throw new Error(`port ${port} isn't open after ${START_LIMIT_MS} ms:\n${this.#lastWords()}`);
        await sleep(LOOK_AGAIN_MS);
      }
    }
  }

  /** SIGKILL for all of it: nothing is written, nobody says goodbye. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    process.kill(-pid, 'SIGKILL');
    await this.#ended;
    // The system may take a moment to clear away what was big.
    for (const port of this.#ports) while (await isTaken(port)) await sleep(LOOK_AGAIN_MS);
  }

  #lastWords(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').slice(-2000) : '(it said nothing)';
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (taken: boolean) => () => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
}

/** All are held until the last is known, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    holders.map(
      (holder) =>
        new Promise<number>((resolve, reject) => {
          holder.once('error', reject);
          holder.listen(0, '127.0.0.1', () => resolve((holder.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}
