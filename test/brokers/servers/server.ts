/** A broker that runs on this machine for the tests: its folder, its ports, its process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, freePorts, GuardedProcess } from './process.ts';
import type { Recipe } from './recipe.ts';

const HELPER_PORTS = 2;

export class Server {
  readonly ports: Readonly<Record<string, number>>;
  readonly #title: string;
  readonly #helpers: readonly GuardedProcess[];
  readonly #launch: () => GuardedProcess;
  #broker: GuardedProcess;

  /** Returns when its helpers are ready, before it is itself. */
  static async start({ title, protocols, prepare }: Recipe, folder: string): Promise<Server> {
    mkdirSync(folder);
    const free = await freePorts(protocols.length + HELPER_PORTS);
    const ports = Object.fromEntries(protocols.map((protocol, i) => [protocol, free[i] ?? 0]));
    const { helpers, broker } = prepare(folder, ports, free.slice(protocols.length));
    const launch = (command: Command, name: string) => new GuardedProcess(command, folder, join(folder, `${name}.log`));
    const running = helpers.map((helper, i) => launch(helper, `helper-${i}`));
    await Promise.all(running.map((helper) => helper.isReady()));
    return new Server(title, ports, running, () => launch(broker, 'broker'));
  }

  private constructor(
    title: string,
    ports: Readonly<Record<string, number>>,
    helpers: readonly GuardedProcess[],
    launch: () => GuardedProcess,
  ) {
    this.#title = title;
    this.ports = ports;
    this.#helpers = helpers;
    this.#launch = launch;
    this.#broker = launch();
  }

  async isReady(): Promise<void> {
    try {
      await this.#broker.isReady();
    } catch (error) {
      throw new Error(`${this.#title} doesn't run: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  /** Kills it and starts it again with what it had stored. */
  async killAndRestart(): Promise<void> {
    await this.#broker.kill();
    this.#broker = this.#launch();
    await this.isReady();
  }

  async stop(): Promise<void> {
    await this.#broker.kill();
    await Promise.all(this.#helpers.map((helper) => helper.kill()));
  }
}
