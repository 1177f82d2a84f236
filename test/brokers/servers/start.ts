/**
 * Global setup of the project `brokers`: starts each broker that is installed, and stops it after the last test. It doesn't wait until they are ready:
 * other tests can run meanwhile. A test asks for that, or for a kill, at a small server here, since the brokers are not the children of its worker.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { activemq } from './activemq.ts';
import { mosquitto } from './mosquitto.ts';
import { rabbitmq } from './rabbitmq.ts';
import { Server } from './server.ts';

const RECIPES = { rabbitmq, mosquitto, activemq };

export type BrokerName = keyof typeof RECIPES;

/** What the tests are told. */
export interface Running {
  readonly title: string;
  /** Why it doesn't run here. */
  readonly missing?: string;
  /** By protocol. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where to ask for `ready` and `kill`. */
  readonly control: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    brokers: Readonly<Record<BrokerName, Running>>;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-brokers-'));
  const servers = new Map<string, Server>();
  for (const [name, recipe] of Object.entries(RECIPES)) {
    if (recipe.missing() === undefined) servers.set(name, await Server.start(recipe, join(folder, name)));
  }
  const control = await listen(servers);
  const running = ([name, { title, missing }]: [string, (typeof RECIPES)[BrokerName]]): [string, Running] => {
    const reason = missing();
    const url = `${control.url}/${name}`;
    return [
      name,
      { title, ports: servers.get(name)?.ports ?? {}, control: url, ...(reason !== undefined && { missing: reason }) },
    ];
  };
  project.provide('brokers', Object.fromEntries(Object.entries(RECIPES).map(running)) as Record<BrokerName, Running>);

  return async () => {
    control.close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** `POST /<broker>/ready` and `/<broker>/kill` answer when it is ready (again): 200, or 500 with what it said. */
async function listen(servers: ReadonlyMap<string, Server>): Promise<{ readonly url: string; close(): void }> {
  const act = async (path: string): Promise<void> => {
    const [, name = '', what] = path.split('/');
    const server = servers.get(name);
    if (server === undefined) throw new Error(`${name} isn't here`);
    await (what === 'kill' ? server.killAndRestart() : server.isReady());
  };
  const http = createServer((request, response) => {
    act(request.url ?? '').then(
      () => response.writeHead(200).end(),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const close = (): void => {
    http.close();
    http.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}
