import { describe, expect, test } from 'vitest';
import { replicate, resolve } from '../support/street.ts';

const QUEUED = `seed: 1
horizon: 60s
replications: 1
traffic: { orders: { rate: 40/s, arrivals: regular, timeout: 1s } }
designs:
  queued:
    traffic: { orders: inbox }
    resources:
      inbox: { type: sqs, visibilityTimeout: 5s }
      db: { type: service, servers: 8, serviceTime: 100ms }
      workers: { type: consumer, source: inbox, instances: 8, handler: { calls: [{ to: db, timeout: 5s }] } }
`;

interface Told {
  readonly events: string;
  readonly completed: number;
  readonly offered: number;
}

function outcome(ties: string): Told {
  const [one] = replicate(resolve(`${QUEUED}ties: ${ties}\n`), 'queued');
  const orders = one?.traffic[0]?.outcome;
  return { events: one?.fingerprint ?? '', completed: orders?.completed ?? -1, offered: orders?.offered ?? -2 };
}

describe('ties of a scenario', () => {
  test('shuffled by a seed the trace can be another, and is the same for the same seed, and everything is still conserved and completed', () => {
    const plain = outcome('inOrder');
    const shuffled = [1, 2, 3].map((seed) => outcome(`{ shuffle: ${seed} }`));
    expect(outcome('{ shuffle: 1 }')).toEqual(shuffled[0]);
    expect(new Set([plain, ...shuffled].map(({ events }) => events)).size).toBeGreaterThan(1);
    for (const one of [plain, ...shuffled])
      expect([one.offered, one.completed]).toEqual([plain.offered, plain.offered]);
  });
});
