/** Finds saved results, and reads them. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../experiment/index.ts';
import { UserError } from './exit.ts';
import { MAX_DATA_BYTES, readTextFile } from './files.ts';

const SCHEMA = 'spillway/result@1';
const PARTS = ['scenario', 'seed', 'version', 'fingerprint', 'designs', 'comparisons', 'disturbances', 'assumptions'];
const PARTS_OF_A_DESIGN = [
  'traffic',
  'resources',
  'intervals',
  'perReplication',
  'regimes',
  'objectives',
  'guarantees',
];

/** The file that an argument means: a file, a folder that holds a result.json, or the name of a scenario that was run to out/<name>. */
export function findResult(argument: string): string {
  if (existsSync(argument)) return isFolder(argument) ? join(argument, 'result.json') : argument;
  const out = join('out', argument, 'result.json');
  return existsSync(out) ? out : argument;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** @throws UserError where the file is no result of this schema */
export function readResult(file: string): Result {
  const bad = (what: string): UserError =>
    new UserError('bad-result', `${file}: ${what} → expected a result.json that spillway run wrote (${SCHEMA})`);
  const value = parseJson(readTextFile(file, MAX_DATA_BYTES), bad);
  if (!isRecord(value) || !('schema' in value)) throw bad('it has no "schema"');
  if (value['schema'] !== SCHEMA) throw bad(`schema ${JSON.stringify(value['schema'])}`);
  const missing = PARTS.find((part) => !(part in value));
  if (missing !== undefined) throw bad(`"${missing}" is missing`);
  const designs = value['designs'];
  if (!isRecord(designs)) throw bad('"designs" holds no designs');
  for (const [name, design] of Object.entries(designs)) {
    const lacking = PARTS_OF_A_DESIGN.find((part) => !isRecord(design) || !isRecord(design[part]));
    if (lacking !== undefined) throw bad(`"designs.${name}.${lacking}" is missing`);
  }
  return value as unknown as Result;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parseJson(text: string, bad: (what: string) => UserError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('it is no JSON');
  }
}
