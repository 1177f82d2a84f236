/** Dead-letter queues that the script redrives, through the whole street. */
import { describe, expect, test } from 'vitest';
import { disturbancesOf } from '../../src/experiment/disturbances.ts';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const LATENCY = 'latency: { send: 4ms, receive: 4ms, delete: 4ms }';

/** A database is down for three minutes; what fails three times is a dead letter. `faults`: what else happens. */
function text(faults: string, more = '', dead = ''): string {
  return `seed: 1
horizon: 5m
drain: 60m
replications: 1
traffic: { t: { rate: 20/s, key: { uniform: { keys: 50 } } } }
designs:
  d:
    traffic: { t: q }
    resources:
      db: { type: service, servers: 50, serviceTime: 10ms }
      q: { type: sqs, visibilityTimeout: 5s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead }, ${LATENCY}, ${more} }
      dead: { type: sqs, ${LATENCY}, ${more} }
      w: { type: consumer, source: q, instances: 20, handler: { time: 1ms, calls: [ { to: db } ] } }
      ${dead}
faults:
  - { at: 1m, for: 3m, resource: db, down: true }
${faults}`;
}

function run(scenario: string) {
  const { designs } = runScenario(resolve(scenario));
  const design = designs['d'];
  if (design === undefined) throw new Error('no design');
  const sum = (queue: string, metric: string): number => design.resources[queue]?.metrics[metric]?.sum ?? Number.NaN;
  return { traffic: design.traffic['t'], sum, designs };
}

const AT_20M = '  - { at: 20m, resource: dead, redrive: { rate: 50/s } }';

describe('a dead-letter queue that is redriven', () => {
  test.each(['', 'fifo: true'])('gives back what it holds, and all of it is done in the end, "%s"', (kind) => {
    const without = run(text('', kind));
    const dead = without.traffic?.deadLettered ?? 0;
    expect(dead).toBeGreaterThan(1000);
    expect(without.traffic?.completed).toBe((without.traffic?.offered ?? 0) - dead);
    const redriven = run(text(AT_20M, kind));
    expect(redriven.traffic).toMatchObject({ deadLettered: 0, inSystem: 0, lost: 0, duplicates: 0 });
    expect(redriven.traffic?.completed).toBe(redriven.traffic?.offered);
    // Nothing was in the system between the last delivery and the redrive, but the run goes on to it.
    expect(redriven.traffic?.resolvedInDrain).toBeGreaterThanOrEqual(dead);
    expect(redriven.traffic?.completionMs.max).toBeGreaterThan(15 * 60_000);
  });

  test('is at work no faster than it is told, and stops where it is cancelled', () => {
    const cut = run(text('  - { at: 20m, for: 10s, resource: dead, redrive: { rate: 50/s } }'));
    const all = run(text('')).traffic?.deadLettered ?? 0;
    // At the instants of the first and, were it not cancelled, of the last: ten seconds have 50 ticks of ten.
    expect((cut.traffic?.completed ?? 0) + (cut.traffic?.deadLettered ?? 0)).toBe(cut.traffic?.offered);
    expect(all - (cut.traffic?.deadLettered ?? 0)).toBe(500);
  });

  test('that breaks again has its messages as dead letters once more', () => {
    const again = '  - { at: 19m, for: 10m, resource: db, down: true }';
    // At once, so that the task is over before the first of them has failed three times.
    const { traffic } = run(text(`${again}\n${AT_20M.replace('50/s', '500/s')}`));
    expect(traffic?.deadLettered).toBe(run(text('')).traffic?.deadLettered);
    expect(traffic?.inSystem).toBe(0);
  });

  test('may send all to another queue, and is counted within the horizon', () => {
    const early = '  - { at: 4m30s, resource: dead, redrive: { to: spare } }';
    const spare = `spare: { type: sqs, ${LATENCY} }\n      v: { type: consumer, source: spare, handler: { time: 1ms } }`;
    const { traffic, sum } = run(text(early, '', spare));
    const moved = sum('dead', 'NumberOfMessagesRedriven');
    expect(moved).toBeGreaterThan(1000);
    expect(sum('spare', 'NumberOfMessagesSent')).toBe(moved);
    expect(sum('dead', 'NumberOfMessagesDeleted')).toBe(moved);
    expect(traffic).toMatchObject({ deadLettered: 0, inSystem: 0, duplicates: 0 });
    expect(sum('q', 'NumberOfMessagesRedriven')).toBeNaN();
  });

  test('goes round and round where the task is slower than they fail, and is done when the fault is over', () => {
    const again = '  - { at: 19m, for: 10m, resource: db, down: true }';
    const { traffic } = run(text(`${again}\n${AT_20M}`));
    expect(traffic).toMatchObject({ deadLettered: 0, inSystem: 0, duplicates: 0, completed: traffic?.offered });
  });

  test('is refused a second task while one runs, and that changes nothing', () => {
    const second = '  - { at: 20m1s, resource: dead, redrive: { rate: 500/s } }';
    const one = run(text(AT_20M)).traffic;
    expect(run(text(`${AT_20M}\n${second}`)).traffic).toEqual(one);
  });

  test('is a disturbance of the run, at one instant, and the same run gives the same bytes', () => {
    const scenario = resolve(text(AT_20M));
    expect(JSON.stringify(runScenario(scenario))).toBe(JSON.stringify(runScenario(scenario)));
    expect(disturbancesOf(scenario).at(-1)).toMatchObject({
      label: 'dead redriven',
      fromUs: 1_200_000_000,
      toUs: 1_200_000_000,
    });
  });
});

test('a receive counts whose answer was lost: the message is a dead letter that nobody has seen [sqs.what-increments-the-count]', () => {
  const { designs } = runScenario(
    resolve(`seed: 1
horizon: 1m
drain: 5m
replications: 1
traffic: { t: { rate: 1/s } }
designs:
  d:
    traffic: { t: q }
    resources:
      q: { type: sqs, visibilityTimeout: 5s, redrive: { maxReceiveCount: 1, deadLetterQueue: dead }, ${LATENCY} }
      dead: { type: sqs }
      w: { type: consumer, source: q, handler: { time: 1ms } }
faults: [ { at: 0s, link: [w, q], lose: { replies: 100% } } ]
`),
  );
  const { traffic, resources } = designs['d'] ?? {};
  expect(resources?.['w']?.metrics['MessagesHandled']?.sum).toBe(0);
  expect(traffic?.['t']?.deadLettered).toBe(traffic?.['t']?.offered);
});
