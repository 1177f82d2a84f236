/** Which key (partition key, message group) a request bears: drawn as a number from 0, with a name for each. */
import type { Uniforms } from '../kernel/index.ts';
import type { KeySettings } from './settings.ts';

export interface KeySampler {
  /** Number of keys; what is drawn lies in 0 to keys − 1. For `zipf` 0 is the most frequent, for `hot` the hot one. */
  readonly keys: number;
  /** At most one uniform a key, except for a Zipf law over more than 100,000 keys. */
  draw(u: Uniforms): number;
  /** The key as services see it. */
  name(key: number): string;
}

/** Keys up to this number have a table for their Zipf law (12 bytes each): beyond it, cache misses cost more than logarithms. */
const TABLE_KEYS = 100_000;

/** Throws RangeError unless keys is a whole number from 1, exponent a number >= 0, share in 0 to 1. */
export function keySampler(settings: KeySettings): KeySampler {
  if (settings.kind === 'constant') return { keys: 1, draw: () => 0, name: () => settings.value };
  const { keys } = settings;
  if (!(Number.isSafeInteger(keys) && keys >= 1))
    throw new RangeError(`keys ${keys}: expected a whole number from 1 on`);
  return { keys, draw: drawOf(settings), name: (key) => `key-${key}` };
}

const NAMED_FROM = 0x80000000;

/** The number of a key by its name: that of a drawn key which has the same name, else one of the upper half of 32 bits (FNV-1a). */
export function keyNumber(name: string): number {
  const drawn = /^key-(0|[1-9]\d{0,8})$/.exec(name);
  if (drawn !== null) return Number(drawn[1]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash | NAMED_FROM) >>> 0;
}

type Draw = (u: Uniforms) => number;

function drawOf(settings: Exclude<KeySettings, { kind: 'constant' }>): Draw {
  const { keys } = settings;
  switch (settings.kind) {
    case 'uniform':
      return (u) => Math.floor(u.uniform() * keys);
    case 'hot':
      return hot(keys, settings.share);
    case 'zipf': {
      const { exponent } = settings;
      if (!(exponent >= 0 && exponent < 100)) throw new RangeError(`zipf exponent ${exponent}: expected 0 to 100`);
      return keys <= TABLE_KEYS ? zipfByTable(keys, exponent) : zipfByRejection(keys, exponent);
    }
    default:
      throw new RangeError(`keys ${(settings as { kind: string }).kind}: expected zipf, uniform, hot or constant`);
  }
}

/** Key 0 gets exactly `share` of the traffic, the others equal parts of the rest. */
function hot(keys: number, share: number): Draw {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`hot share ${share}: expected 0 to 1`);
  if (keys === 1) return () => 0;
  return (u) => {
    const x = u.uniform();
    if (x < share) return 0;
    return 1 + Math.min(keys - 2, Math.floor(((x - share) / (1 - share)) * (keys - 1)));
  };
}

/**
 * P(key k) proportional to 1 / (k + 1)^exponent, by inversion: exact, one uniform. Inversion rather than an alias table, so
 * that a slightly different exponent gives mostly the same keys (common random numbers). The guide says for each of n
 * equal slices of (0, 1) where its search begins: about one comparison a draw.
 */
function zipfByTable(keys: number, exponent: number): Draw {
  const upTo = new Float64Array(keys);
  let sum = 0;
  for (let k = 0; k < keys; k++) {
    sum += Math.exp(-exponent * Math.log(k + 1));
    upTo[k] = sum;
  }
  const guide = new Uint32Array(keys);
  for (let slice = 0, k = 0; slice < keys; slice++) {
    while ((upTo[k] as number) <= (slice / keys) * sum) k++;
    guide[slice] = k;
  }
  return (u) => {
    const x = u.uniform();
    let k = guide[Math.floor(x * keys)] as number;
    while (k < keys - 1 && (upTo[k] as number) <= x * sum) k++;
    return k;
  };
}

/** The same law without a table, by rejection-inversion (Hörmann and Derflinger 1996); about 1.1 uniforms a draw. */
export function zipfByRejection(keys: number, exponent: number): Draw {
  // H is the integral of h(x) = x^-exponent from 1; all by exp and log, and steady where the exponent is near 1.
  const h = (x: number): number => Math.exp(-exponent * Math.log(x));
  const H = (x: number): number => {
    const logX = Math.log(x);
    const z = (1 - exponent) * logX;
    return Math.abs(z) > 1e-8 ? (Math.expm1(z) / z) * logX : (1 + z / 2) * logX;
  };
  const inverse = (y: number): number => {
    const z = Math.max(-1, (1 - exponent) * y);
    return Math.exp(Math.abs(z) > 1e-8 ? (Math.log1p(z) / z) * y : (1 - z / 2) * y);
  };
  const first = H(1.5) - 1;
  const last = H(keys + 0.5);
  const sure = 2 - inverse(H(2.5) - h(2));
  return (u) => {
    for (;;) {
      const y = last + u.uniform() * (first - last);
      const x = inverse(y);
      const rank = Math.min(keys, Math.max(1, Math.floor(x + 0.5)));
      if (rank - x <= sure || y >= H(rank + 0.5) - h(rank)) return rank - 1;
    }
  };
}
