/** Which subtask a key belongs to: a hash puts it into one of a fixed number of key groups, and each subtask has a range of them. */
import { flinkFacts as f } from '../../facts/index.ts';

/** Key groups of an application for its whole life, by the parallelism it begins with: half as many again, up to the next power of two. */
export function keyGroupsFor(parallelism: number): number {
  let groups = f.keyGroupsMin.value;
  while (groups < parallelism * 1.5 && groups < f.keyGroupsMax.value) groups *= 2;
  return groups;
}

export function keyGroupOf(key: number, groups: number): number {
  return murmur3(key) % groups;
}

export function subtaskOf(group: number, parallelism: number, groups: number): number {
  return Math.floor((group * parallelism) / groups);
}

/** MurmurHash3 (32 bits, seed 0) of the four bytes of a number, made positive. */
function murmur3(key: number): number {
  let word = Math.imul(key, 0xcc9e2d51);
  word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
  let hash = Math.imul((word << 13) | (word >>> 19), 5) + 0xe6546b64;
  hash ^= 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return Math.abs(hash ^ (hash >>> 16)) % 0x80000000;
}
