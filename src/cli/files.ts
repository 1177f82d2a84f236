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
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const line = bytes.subarray(0, at).reduce((n, byte) => n + (byte === 10 ? 1 : 0), 1);
    const column = at - bytes.lastIndexOf(10, at - 1);
    const value = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
    throw new UserError(
      'not-utf8',
      `${path}:${line}:${Math.max(1, column)} byte 0x${value} → expected UTF-8 text; save the file as UTF-8`,
    );
  }
}

/** Offset of the first byte that is not UTF-8: the longest valid start, by bisection. */
function firstInvalid(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      decoder.decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}
