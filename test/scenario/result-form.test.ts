import { expect, test } from 'vitest';
import { toResultForm } from '../../src/scenario/index.ts';
import { BASE, changed, resolved } from './base.ts';

/** Every key of the form, at any depth. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

// The two that stay are the queues' `latency`, a map of `sendMs`, `receiveMs` and `deleteMs`.
test('no time is left in microseconds, and none without its unit in the name', () => {
  const keys = keysOf(toResultForm(resolved(BASE)));
  expect(keys.filter((key) => key.endsWith('Us'))).toEqual([]);
  expect(
    keys.filter((key) =>
      ['serviceTime', 'latency', 'send', 'receive', 'delete', 'think', 'time', 'size'].includes(key),
    ),
  ).toEqual(['latency', 'latency']);
});

test('times are milliseconds, numbers that are no time stay', () => {
  const form = toResultForm(resolved(BASE)) as {
    horizonMs: number;
    designs: { resources: Record<string, unknown>[] }[];
    traffic: Record<string, unknown>[];
  };
  expect(form.horizonMs).toBe(1_800_000);
  expect(form.designs[0]?.resources[0]).toMatchObject({
    serviceTimeMs: { kind: 'lognormal', mean: 80, cv: 0.5 },
    shedAfterMs: null,
  });
  expect(form.designs[1]?.resources[1]).toMatchObject({
    visibilityTimeoutMs: 30_000,
    latency: { sendMs: { kind: 'mixture', parts: [{ of: { p50: 15.6 } }, { weight: 0.1, of: { p99: 320 } }] } },
  });
  expect(form.traffic[0]).toMatchObject({
    sizeBytes: { kind: 'constant', value: 2048 },
    retry: { backoff: { baseMs: 100, factor: 2 } },
  });
});

test('parts of a mixture are converted, weights are not', () => {
  const text = changed(
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ mixture: [ { weight: 2, of: 5ms }, { weight: 1, of: { erlang: { mean: 9ms, k: 3 } } } ] }',
  );
  expect(toResultForm(resolved(text))).toMatchObject({
    designs: [
      {
        resources: [
          {
            serviceTimeMs: {
              kind: 'mixture',
              parts: [
                { weight: 2, of: { value: 5 } },
                { weight: 1, of: { mean: 9, k: 3 } },
              ],
            },
          },
          {},
        ],
      },
      {},
    ],
  });
});

test('a recording is named by its hash and its counts, without its rows', () => {
  const text = JSON.stringify(toResultForm(resolved(BASE)));
  expect(text).toContain('"rows":3');
  expect(text).toContain('"sha256"');
  expect(text).not.toContain('instants');
});

test('measured values are summed up: how many, mean, least, most', () => {
  const text = changed(
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ empirical: { file: times.csv, column: ms, unit: ms } }',
  );
  expect(toResultForm(resolved(text))).toMatchObject({
    designs: [
      { resources: [{ serviceTimeMs: { kind: 'empirical', count: 2, mean: 13.75, min: 12, max: 15.5 } }, {}] },
      {},
    ],
  });
});

test('a key that is always the same keeps its value', () => {
  expect(toResultForm(resolved(changed('size: 2KiB', 'key: tenant-1')))).toMatchObject({
    traffic: [{ key: { kind: 'constant', value: 'tenant-1' } }, {}],
  });
});

test('the form is plain JSON: it survives being written and read', () => {
  const form = toResultForm(resolved(BASE));
  expect(JSON.parse(JSON.stringify(form))).toEqual(form);
});
