/** How one kind of broker is started. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Command } from './process.ts';

export interface Recipe {
  /** With its version, as Debian 12 has it. */
  readonly title: string;
  /** Each port by what is spoken there. */
  readonly protocols: readonly string[];
  /** Why it can't be started here: what is missing. */
  missing(): string | undefined;
  /** Writes its settings into the folder. `helperPorts`: for what else it needs. */
  prepare(folder: string, ports: Readonly<Record<string, number>>, helperPorts: readonly number[]): Commands;
}

export interface Commands {
  /** What must run beside it, and before it. */
  readonly helpers: readonly Command[];
  readonly broker: Command;
}

/** The program's path, in the usual places of system programs too. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
