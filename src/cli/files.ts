import { readFileSync, statSync } from 'node:fs';
import { systemReason, UserError } from './exit.ts';

const MIB = 1024 * 1024;

/** A scenario is written by people: a larger file is a mistake, or an attack on the parser. */
export const MAX_SCENARIO_BYTES = 10 * MIB;
/** Recordings and results. */
export const MAX_DATA_BYTES = 256 * MIB;

/**
 * The text of a file.
 * @throws UserError `no-file`, `too-large` or `not-utf8`
 */
export function readTextFile(path: string, maxBytes: number): string {
  return decode(path, readBytes(path, maxBytes));
}

function readBytes(path: string, maxBytes: number): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) {
      throw new UserError('too-large', `${path}: ${size} bytes → expected at most ${maxBytes / MIB} MiB`);
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('no-file', `${path}: cannot be read → ${systemReason(error)}`);
  }
}

function decode(path: string, bytes: Uint8Array): string {
  const text = utf8(bytes);
  if (text !== undefined) return text;
  const at = firstInvalid(bytes);
  const before = (utf8(bytes.subarray(0, at)) ?? '').split('\n');
  const value = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  throw new UserError(
    'not-utf8',
    `${path}:${before.length}:${(before.at(-1) ?? '').length + 1} byte 0x${value} → expected UTF-8 text; save the file as UTF-8`,
  );
}

/** Where the longest start ends that is UTF-8, by bisection. */
function firstInvalid(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (utf8(bytes.subarray(0, middle), true) === undefined) high = middle - 1;
    else low = middle;
  }
  // What remains may end in the first bytes of a character that never came.
  while (low > 0 && utf8(bytes.subarray(0, low)) === undefined) low -= 1;
  return low;
}

/** undefined: not UTF-8. `open`: the last character may be cut off. */
function utf8(bytes: Uint8Array, open = false): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: open });
  } catch {
    return undefined;
  }
}
