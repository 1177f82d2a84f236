import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((s) => `${s}s`);

const window = fc.oneof(
  seconds(2, 20).map((size) => `{ tumbling: ${size} }`),
  fc
    .tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 10 }))
    .map(([size, slide]) => `{ sliding: { size: ${size}s, slide: ${Math.min(size, slide)}s } }`),
  seconds(1, 5).map((gap) => `{ session: ${gap} }`),
);

const system = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  shards: fc.integer({ min: 1, max: 3 }),
  keys: fc.integer({ min: 1, max: 8 }),
  rate: fc.constantFrom(5, 20, 60),
  delay: fc.constantFrom('0s', '{ exponential: { mean: 1s } }', '{ uniform: { min: 0s, max: 20s } }'),
  window,
  bound: seconds(0, 4),
  idle: fc.constantFrom('', ', idle: 3s'),
  lateness: seconds(0, 8),
  parallelism: fc.integer({ min: 1, max: 3 }),
  time: fc.constantFrom('20us', '{ exponential: { mean: 10ms } }', '30ms'),
  interval: seconds(5, 30),
  exactlyOnce: fc.boolean(),
  sink: fc.constantFrom(
    '',
    ', sink: { to: board }',
    ', sink: { to: board, inFlight: 2, buffer: 4 }, inputBuffer: 8KiB',
  ),
  crashes: fc.array(seconds(5, 70), { maxLength: 3 }),
  faults: fc.constantFrom(
    '',
    '  - { at: 20s, for: 10s, resource: board, down: true }\n',
    '  - { at: 10s, for: 20s, resource: events, errors: 40% }\n',
    '  - { at: 15s, for: 15s, resource: counts, slow: 5x }\n',
  ),
  reshard: fc.constantFrom('', ', reshardTime: 1s, reshard: [{ at: 25s, shards: 2 }, { at: 45s, shards: 1 }]'),
});

/** What is random here is whether, when and how it fails; what must hold is that no count is wrong and nothing is unaccounted for. */
test('windows are exact and nothing is lost but what is late, whatever fails', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(system, (s) => {
      const sound = resolve(`seed: ${s.seed}
horizon: 60s
drain: 40s
replications: 1
traffic: { t: { rate: ${s.rate}/s, size: 500B, key: { uniform: { keys: ${s.keys} } }, retry: { attempts: 5, backoff: 1s }, eventDelay: ${s.delay} } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: kinesis, shards: ${s.shards}${s.reshard} }
      counts: { type: analytics, source: events, window: ${s.window}, watermark: { outOfOrderness: ${s.bound}${s.idle} }, allowedLateness: ${s.lateness}, parallelism: ${s.parallelism}, recordTime: ${s.time}, checkpoints: { interval: ${s.interval}, minPause: 1s }, restartTime: 4s, exactlyOnce: ${s.exactlyOnce}${s.sink} }
      board: { type: sink, time: 10ms }
faults:
${s.crashes.map((at) => `  - { at: ${at}, resource: counts, crash: 100% }\n`).join('')}${s.faults}  - { at: 99s, for: 1ms, resource: board, errors: 1% }
`);
      const { d } = runScenario(sound).designs;
      const t = d?.traffic['t'];
      const verdict = d?.guarantees?.find(({ name }) => name === 'windows-exact');
      expect(verdict?.verdict === 'broken' ? verdict.sentence : '').toBe('');
      // One shard in order of its times: nothing is ever late.
      if (s.delay === '0s' && s.shards === 1 && s.reshard === '' && s.idle === '') expect(t?.lost).toBe(0);
      // What left with a checkpoint does not leave again.
      if (s.exactlyOnce) expect(t?.duplicates).toBe(0);
    }),
    { numRuns: 12, seed: 1 },
  );
});
