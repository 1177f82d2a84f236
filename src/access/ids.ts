/** Ids that look like AWS's, and are the same in every run: hashes of what they stand for. */
import { sha256Hex } from '../scenario/sha256.ts';

/** Sixteen capital letters that stand for a text. */
export function letters(text: string): string {
  const hex = sha256Hex(text);
  let found = '';
  for (let i = 0; i < 16; i++)
    found += String.fromCharCode(65 + (Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16) % 26));
  return found;
}

/** An id that looks like AWS's, and is the same in every run. */
export function uuid(text: string): string {
  const hex = sha256Hex(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
