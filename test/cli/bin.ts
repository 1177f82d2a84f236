/** Starts the bundled bin in a folder of its own, as a user does. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'dist/test-bundle/main.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'spillway-cli-'));

  spillway(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
    // Colours may be asked for, or the developer's shell may forbid them: a pipe gets none either way.
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      maxBuffer: 1e9,
    });
    return { code: status, out: stdout, err: stderr };
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), content);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Files below, without folders. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.folder.length + 1)
          .split(sep)
          .join('/'),
      )
      .sort();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A loaded service in two sizes; small enough to run in no time. */
export const TINY = `title: A tiny one
description: Is one server enough?
seed: 1
horizon: 20s
replications: 4
traffic:
  orders: { rate: 40/s }
designs:
  one:
    traffic: { orders: api }
    resources: { api: { type: service, servers: 1, serviceTime: { exponential: { mean: 20ms } }, maxQueue: 50 } }
  two:
    traffic: { orders: api }
    resources: { api: { type: service, servers: 2, serviceTime: { exponential: { mean: 20ms } }, maxQueue: 50 } }
objectives:
  - lost of orders == 0
`;
