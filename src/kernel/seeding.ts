import alea from 'seedrandom/lib/alea.js';

/** What tells the random numbers of one run from those of any other. */
export interface RunIdentity {
  /** The master seed as text: the number 42 and the string '42' are one seed. */
  readonly seed: string;
  /** Counts from 0. */
  readonly replication: number;
}

/**
 * `count` words of 32 bits that belong to (purpose, master seed, stream name, replication).
 * JSON keeps the parts apart, so that ('1', 'a/2') and ('1/a', '2') can't meet.
 */
export function seedWords(purpose: string, identity: RunIdentity, name: string, count: number): number[] {
  const source = alea(JSON.stringify([purpose, identity.seed, name, identity.replication]));
  return Array.from({ length: count }, () => source.int32());
}
