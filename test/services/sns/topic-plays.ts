/** Random plays for the stage, and what must hold of each. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type judge, type Play, type Published, type perform, type Subscriber, TIERS } from './stage.ts';

const subscriber: fc.Arbitrary<Subscriber> = fc.record({
  tiers: fc.option(fc.subarray(TIERS, { minLength: 1 }), { nil: null, freq: 2 }),
  answers: fc.array(fc.constantFrom('ok', 'late', 'fails', 'denied'), { minLength: 1, maxLength: 4 }),
  hasDeadLetterQueue: fc.boolean(),
  fromMs: fc.constantFrom(0, 0, 100),
  confirmAfterMs: fc.constantFrom(0, 0, 150),
  untilMs: fc.constantFrom(null, null, 400),
});
const publish: fc.Arbitrary<Published> = fc.record({
  atMs: fc.oneof(
    { weight: 6, arbitrary: fc.nat(600) },
    { weight: 1, arbitrary: fc.integer({ min: 299_000, max: 310_000 }) },
  ),
  tier: fc.nat(TIERS.length - 1),
  group: fc.nat(2),
  deduplicationId: fc.nat(12),
});
const plays: fc.Arbitrary<Play> = fc.record({
  fifo: fc.boolean(),
  scope: fc.constantFrom('Topic', 'MessageGroup'),
  retries: fc.nat(3),
  latencyMs: fc.constantFrom(0, 20),
  subscribers: fc.array(subscriber, { minLength: 1, maxLength: 4 }),
  publishes: fc.array(publish, { maxLength: 25 }),
});

/** `stage`: the one that plays and judges, or one with something wrong in the topic. */
export const holds = (stage: { readonly perform: typeof perform; readonly judge: typeof judge }) =>
  fc.property(plays, (play) => {
    expect(stage.judge(play, stage.perform(play))).toEqual([]);
  });
