import { describe, expect, test } from 'vitest';
import { ExperimentError, runReplication } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const head = 'seed: 7\nhorizon: 10s\ntraffic: { t: { rate: 100/s } }\n';

function failure(text: string, design: string, options: Parameters<typeof runReplication>[3]): ExperimentError {
  try {
    runReplication(resolve(text), design, 0, options);
  } catch (error) {
    if (error instanceof ExperimentError) return error;
    throw error;
  }
  throw new Error('the run ended well');
}

describe('a run that must not be believed', () => {
  const calm = `${head}designs: { d: { traffic: { t: api }, resources: { api: { type: service, servers: 2, serviceTime: 1ms } } } }`;
  // A user who asks again without a thought, and a service that answers without delay.
  const loop = `seed: 7
horizon: 10s
traffic: { t: { users: 1, think: 0s } }
designs: { d: { traffic: { t: api }, resources: { api: { type: service, serviceTime: 0s } } } }
`;

  test('ends in an error when it takes more events than it may, and says how to repeat it', () => {
    const error = failure(calm, 'd', { maxEvents: 500 });
    expect(error.code).toBe('event-limit');
    expect(error.message).toMatch(/design d, replication 0, seed 7: more than 500 events by \d+\.\d+ s/);
  });

  test('ends in an error when a loop takes no time, long before the limit on events', () => {
    const error = failure(loop, 'd', { maxEventsAtOnce: 10_000 });
    expect(error.code).toBe('event-limit');
    expect(error.message).toMatch(/more than 10000 events at 0 s, where virtual time stands still/);
    expect(error.message).toMatch(/give the think time/);
  });

  test('does not take many events for a loop as long as time goes on', () => {
    const whole = runReplication(resolve(calm), 'd', 0);
    const stepped = runReplication(resolve(calm), 'd', 0, { maxEventsAtOnce: 100 });
    expect(stepped).toEqual(whole);
  });

  test('is asked for by a design that the scenario has', () => {
    expect(failure(calm, 'e', {}).code).toBe('unknown-design');
  });
});
