/** The resolved scenario as plain JSON for the result: times in milliseconds with names that end in `Ms`, recordings without their rows. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ResolvedScenario } from './resolved.ts';

/** Distributions of times, which carry no unit in their inner name. */
const TIMES = new Set([
  'serviceTime',
  'latency',
  'time',
  'think',
  'send',
  'receive',
  'delete',
  'put',
  'get',
  'startup',
  'coldStart',
]);
/** Parameters of a distribution that are in its unit; the others are numbers. */
const PARAMETERS = new Set(['value', 'mean', 'sd', 'min', 'max', 'p50', 'p99']);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Plain JSON; the same scenario gives the same bytes. */
export function toResultForm(scenario: ResolvedScenario): Json {
  return convert(scenario) as Json;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const converted: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'instantsUs' || key === 'counts') continue;
    if (key.endsWith('Us')) converted.push([`${key.slice(0, -2)}Ms`, typeof inner === 'number' ? inner / 1000 : inner]);
    else if (isDistribution(inner)) {
      const times = TIMES.has(key);
      converted.push([times ? `${key}Ms` : key === 'size' ? 'sizeBytes' : key, distribution(inner, times ? 1000 : 1)]);
    } else converted.push([key, convert(inner)]);
  }
  return Object.fromEntries(converted);
}

interface AnyDistribution {
  readonly kind: string;
  readonly values?: readonly number[];
  readonly parts?: readonly { readonly weight: number; readonly of: AnyDistribution }[];
}

function isDistribution(value: unknown): value is AnyDistribution {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'constant') return 'value' in value && typeof value.value === 'number';
  return (
    [
      'exponential',
      'normal',
      'uniform',
      'lognormal',
      'erlang',
      'hyperexponential',
      'pareto',
      'weibull',
      'empirical',
      'mixture',
    ].includes(String(value.kind)) &&
    !('keys' in value) &&
    Object.keys(value).some((key) => PARAMETERS.has(key) || key === 'values' || key === 'parts')
  );
}

function distribution(of: AnyDistribution, by: number): unknown {
  if (of.parts !== undefined) {
    return { kind: of.kind, parts: of.parts.map((part) => ({ weight: part.weight, of: distribution(part.of, by) })) };
  }
  if (of.values !== undefined) {
    const values = of.values;
    let sum = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    for (const value of values) {
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    // The hash tells two samples of equal figures apart, without their rows.
    const hash = bytesToHex(sha256(new Uint8Array(Float64Array.from(values).buffer)));
    return {
      kind: of.kind,
      sha256: hash,
      count: values.length,
      mean: sum / values.length / by,
      min: min / by,
      max: max / by,
    };
  }
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [
      key,
      PARAMETERS.has(key) && typeof value === 'number' ? value / by : value,
    ]),
  );
}
