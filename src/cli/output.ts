/**
 * Writes a report whole or not at all: everything goes to a temporary folder on the same file system first, then takes
 * its place by renaming, in one go that a signal can't interrupt. Where a step fails, those before it are undone.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { systemReason, UserError } from './exit.ts';
import type { ReportFiles } from './render.ts';

const TEMPORARY = '.spillway-';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Before the work: can a report be written there? Tries it beside the place, and leaves nothing.
 * @throws UserError `unwritable`
 */
export function checkWritable(folder: string): void {
  guarded(folder, () => {
    if (existsSync(folder) && !isFolder(folder)) {
      throw new UserError('unwritable', `--out ${folder} → it is a file; expected a folder`);
    }
    rmdirSync(mkdtempSync(join(nearestExisting(folder), TEMPORARY)));
  });
}

/** What reports consist of: left from another run, such a file would tell of other numbers than its neighbours. */
const OF_A_REPORT = /^(?:report\.(?:html|md)|result\.json|(?:charts|series|distributions)\/[^/]+\.(?:svg|png|csv))$/;

/**
 * Writes the files (relative path to content) into the folder, which is made where it is missing. Files of an earlier
 * report that are not written anew are removed, unless `keep`; what else is in the folder stays.
 * @throws UserError `unwritable`
 */
export function writeReport(folder: string, files: ReportFiles, keep: boolean): void {
  guarded(folder, () => {
    if (existsSync(folder)) mergeInto(folder, files, keep ? [] : formerReport(folder, files));
    else createWhole(folder, files);
  });
}

function createWhole(folder: string, files: ReportFiles): void {
  const parent = dirname(resolve(folder));
  const made = mkdirSync(parent, { recursive: true });
  try {
    withTemporary(parent, (temporary) => {
      const whole = join(temporary, 'report');
      writeAll(whole, files);
      renameSync(whole, folder);
    });
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

function formerReport(folder: string, files: ReportFiles): string[] {
  const folders = ['', 'charts', 'series', 'distributions'].filter((name) => isFolder(join(folder, name)));
  const names = folders.flatMap((name) => readdirSync(join(folder, name)).map((file) => posix.join(name, file)));
  return names.filter((name) => OF_A_REPORT.test(name) && !files.has(name) && !isFolder(join(folder, name)));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function mergeInto(folder: string, files: ReportFiles, obsolete: readonly string[]): void {
  withTemporary(folder, (temporary) => {
    const [fresh, former] = [join(temporary, 'new'), join(temporary, 'old')];
    writeAll(fresh, files);
    const undo: (() => void)[] = [];
    try {
      for (const name of files.keys()) replace(join(folder, name), join(fresh, name), join(former, name), undo);
      for (const name of obsolete) setAside(join(folder, name), join(former, name), undo);
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  });
}

/** Moves `from` to `to`; what was there goes to `aside`. Adds how to take each step back. */
function replace(to: string, from: string, aside: string, undo: (() => void)[]): void {
  const made = mkdirSync(dirname(to), { recursive: true });
  if (made !== undefined) undo.push(() => rmSync(made, { recursive: true, force: true }));
  if (isFolder(to)) throw new UserError('unwritable', `${to} → it is a folder; expected a file, or nothing`);
  if (existsSync(to)) setAside(to, aside, undo);
  renameSync(from, to);
  undo.push(() => rmSync(to, { force: true }));
}

function setAside(path: string, aside: string, undo: (() => void)[]): void {
  mkdirSync(dirname(aside), { recursive: true });
  renameSync(path, aside);
  undo.push(() => renameSync(aside, path));
}

function writeAll(folder: string, files: ReportFiles): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Runs the work with a temporary folder that is gone afterwards; signals wait until then. */
function withTemporary(parent: string, work: (temporary: string) => void): void {
  // A listener keeps the signal from ending the process at once; as all is synchronous here, it runs after the work.
  const resend = (signal: NodeJS.Signals): void => {
    for (const name of SIGNALS) process.removeListener(name, resend);
    process.kill(process.pid, signal);
  };
  for (const name of SIGNALS) process.on(name, resend);
  const temporary = mkdtempSync(join(parent, TEMPORARY));
  try {
    work(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    setImmediate(() => {
      for (const name of SIGNALS) process.removeListener(name, resend);
    });
  }
}

function nearestExisting(folder: string): string {
  let path = resolve(folder);
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  if (!isFolder(path)) throw new UserError('unwritable', `--out ${folder} → ${path} is a file; expected a folder`);
  return path;
}

function guarded(folder: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('unwritable', `--out ${folder} → cannot be written: ${systemReason(error)}`);
  }
}
