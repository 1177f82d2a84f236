/** Caches and optimistic locking as written in a scenario: defaults, errors with their place, what is assumed, and the way through a run. */
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { ServiceSettings } from '../../src/services/compute/index.ts';
import { errorsOf, resolved } from './base.ts';

const scenario = (service: string, fault = '', key = ', key: { uniform: { keys: 50 } }'): string => `
seed: 1
horizon: 60s
replications: 2
traffic: { t: { rate: 100/s${key} } }
designs:
  d:
    traffic: { t: db }
    resources:
      db: { type: service, servers: 10, serviceTime: 20ms, ${service} }
${fault === '' ? '' : `faults:\n  - { ${fault} }`}
`;

const settingsOf = (service: string): ServiceSettings =>
  resolved(scenario(service)).designs[0]?.resources[0] as ServiceSettings;

test('defaults are filled in', () => {
  expect(settingsOf('maxQueue: 1')).toMatchObject({ cache: null, optimisticLocking: false });
  expect(settingsOf('cache: { ttl: 60s }').cache).toEqual({
    time: { kind: 'constant', value: 1000 },
    hitRatio: null,
    ttlUs: 60_000_000,
    ttlJitter: 0,
    capacity: null,
    coalesce: false,
    staleWhileRevalidateUs: 0,
  });
  expect(settingsOf('cache: { hitRatio: 90%, time: 0s }').cache).toMatchObject({
    hitRatio: 0.9,
    ttlUs: null,
    time: { kind: 'constant', value: 0 },
  });
});

describe('one error each', () => {
  const CACHE = 'designs.d.resources.db.cache';
  test.each([
    ['cache: ^{ coalesce: true }', '', 'one-of', CACHE, 'hitRatio, or ttl'],
    ['cache: { hitRatio: 90%, ttl: ^60s }', '', 'misfit', `${CACHE}.ttl`, 'nothing is kept'],
    ['cache: { hitRatio: 90%, coalesce: ^true }', '', 'misfit', `${CACHE}.coalesce`, 'ttl or capacity'],
    ['cache: { capacity: 5, ttlJitter: ^10% }', '', 'misfit', `${CACHE}.ttlJitter`, 'beside ttl'],
    ['cache: { capacity: 5, staleWhileRevalidate: ^1s }', '', 'misfit', `${CACHE}.staleWhileRevalidate`, 'beside ttl'],
    ['cache: { capacity: ^0 }', '', 'out-of-range', `${CACHE}.capacity`, '1'],
    ['cache: { ttl: ^0s }', '', 'out-of-range', `${CACHE}.ttl`, ''],
    ['cache: { hitRatio: ^120% }', '', 'out-of-range', `${CACHE}.hitRatio`, '0% to 100%'],
    ['cache: { ttl: 60s, ^colaesce: true }', '', 'unknown-key', `${CACHE}.colaesce`, 'did you mean coalesce?'],
    ['optimisticLocking: ^1', '', 'wrong-type', 'designs.d.resources.db.optimisticLocking', 'true'],
    ['maxQueue: 1', 'at: 1s, resource: db, ^flush: true', 'misfit', 'faults.0.flush', 'add cache: { ttl: 60s } to db'],
    ['cache: { hitRatio: 1% }', 'at: 1s, resource: db, ^flush: true', 'misfit', 'faults.0.flush', 'entries'],
    ['cache: { ttl: 60s }', 'at: 1s, ^for: 2s, resource: db, flush: true', 'misfit', 'faults.0.for', 'over at once'],
    ['cache: { ttl: 60s }', 'at: 1s, ^share: 50%, resource: db, flush: true', 'misfit', 'faults.0.share', 'of its own'],
  ])('%s %s', (service, fault, code, path, word) => {
    const marked = scenario(service, fault);
    const at = marked.indexOf('^');
    const line = marked.slice(0, at).split('\n').length;
    const column = at - marked.lastIndexOf('\n', at);
    const errors = errorsOf(marked.replace('^', ''));
    expect(errors.map((error) => [error.code, error.path, error.line, error.column])).toEqual([
      [code, path, line, column],
    ]);
    expect(errors[0]?.message).toContain(word);
  });

  test('but flush may come with a fault that lasts', () => {
    expect(errorsOf(scenario('cache: { ttl: 60s }', 'at: 1s, for: 2s, resource: db, flush: true, slow: 2x'))).toEqual(
      [],
    );
  });
});

describe('what a cache assumes', () => {
  const said = (service: string, word: string, key?: string): boolean =>
    resolved(scenario(service, '', key)).assumptions.some(({ about, text }) => about === 'db' && text.includes(word));

  test('is told where it is active', () => {
    expect([said('cache: { ttl: 60s }', 'lookup'), said('cache: { ttl: 60s, time: 2ms }', 'A lookup')]).toEqual([
      true,
      false,
    ]);
    expect([said('cache: { ttl: 60s }', 'never fails, takes any load'), said('maxQueue: 1', 'any load')]).toEqual([
      true,
      false,
    ]);
    expect([said('cache: { hitRatio: 1% }', 'by chance'), said('cache: { ttl: 60s }', 'by chance')]).toEqual([
      true,
      false,
    ]);
    expect([said('cache: { ttl: 60s }', 'bear no key', ''), said('cache: { ttl: 60s }', 'bear no key')]).toEqual([
      true,
      false,
    ]);
    expect([said('optimisticLocking: true', 'bear no key', ''), said('cache: { hitRatio: 1% }', 'no key', '')]).toEqual(
      [true, false],
    );
  });
});

describe('through a run', () => {
  const figures = (text: string): { db: Record<string, { sum?: number }>; completed: number; offered: number } => {
    const design = runScenario(resolved(text)).designs['d'];
    const traffic = design?.traffic['t'];
    return {
      db: design?.resources['db']?.metrics ?? {},
      completed: traffic?.completed ?? 0,
      offered: traffic?.offered ?? 0,
    };
  };

  test('every request is a hit or a miss, and is completed either way', () => {
    const { db, completed, offered } = figures(scenario('cache: { ttl: 10s }'));
    expect(completed).toBe(offered);
    const [hits, misses] = [db['CacheHits']?.sum ?? 0, db['CacheMisses']?.sum ?? 0];
    // Metrics end at the horizon: who came in its last milliseconds is in the system then.
    expect(hits + misses).toBeGreaterThanOrEqual(offered - 3);
    expect(hits + misses).toBeLessThanOrEqual(offered);
    // 50 keys at 2/s each: h = 20 / 21 in the long run, less at the start.
    expect(hits / offered).toBeGreaterThan(0.92);
    expect(hits / offered).toBeLessThan(20 / 21);
  });

  test('a flush makes its entries be asked for again, and is a disturbance that is over at once', () => {
    const text = (fault: string) => scenario('cache: { capacity: 100 }', fault);
    const misses = (fault: string): number => figures(text(fault)).db['CacheMisses']?.sum ?? 0;
    // Without a ttl each key misses once a replication, or now and then twice at once.
    const once = misses('');
    expect(once).toBeGreaterThanOrEqual(100);
    expect(once).toBeLessThan(120);
    const twice = misses('at: 30s, resource: db, flush: true');
    expect(twice).toBeGreaterThanOrEqual(once + 95);
    expect(twice).toBeLessThan(once + 120);
  });

  test('hits go on while the service is down', () => {
    const { completed, offered } = figures(
      scenario('cache: { capacity: 100 }', 'at: 30s, for: 10s, resource: db, down: true'),
    );
    expect(completed).toBe(offered);
  });

  test('one row that everybody writes has conflicts, rows of their own have none', () => {
    const conflicts = (key: string): number =>
      figures(scenario('optimisticLocking: true', '', key)).db['WriteConflicts']?.sum ?? 0;
    // λS = 2: whoever begins while another is about to write fails, unless that one fails itself.
    const { completed, offered } = figures(scenario('optimisticLocking: true', '', ''));
    expect(Math.abs(conflicts('') - (offered - completed))).toBeLessThan(10);
    expect(conflicts('') / offered).toBeGreaterThan(0.3);
    expect(conflicts(', key: { uniform: { keys: 1000000 } }')).toBe(0);
  });
});
