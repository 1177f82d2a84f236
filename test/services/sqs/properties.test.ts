import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqsQueue } from '../../../src/services/sqs/index.ts';
import type { QueueClass } from './harness.ts';
import { games, play } from './play.ts';

test('whatever is done to it, the queue does what the reference says', () => {
  fc.assert(
    fc.property(games, (game) => play(game)),
    { seed: 20261123, numRuns: 1500 },
  );
});

/** Queues that are wrong on purpose, each in one thing; the property that must notice. */
const broken: readonly (readonly [name: string, property: RegExp, Type: QueueClass])[] = [
  [
    'forgets a message when its visibility timeout ends',
    /lost/,
    class extends SqsQueue {
      protected override onVisibilityEnd(): void {}
    },
  ],
  [
    'lets messages expire too early',
    /lost|retention/,
    class extends SqsQueue {
      constructor(...[sim, settings, ports]: ConstructorParameters<QueueClass>) {
        super(sim, { ...settings, messageRetentionPeriodUs: settings.messageRetentionPeriodUs - 1 }, ports);
      }
    },
  ],
  [
    'keeps messages beyond their retention',
    /retention/,
    class extends SqsQueue {
      constructor(...[sim, settings, ports]: ConstructorParameters<QueueClass>) {
        super(sim, { ...settings, messageRetentionPeriodUs: settings.messageRetentionPeriodUs + 1 }, ports);
      }
    },
  ],
  [
    'hands out a hidden message again',
    /hidden/,
    class extends SqsQueue {
      protected override isHandedOutAgain(): boolean {
        return true;
      }
    },
  ],
  [
    'does not count receives',
    /receive count/,
    class extends SqsQueue {
      protected override nextReceiveCount(receives: number): number {
        return Math.max(1, receives);
      }
    },
  ],
  [
    'allows one receive too many before the redrive',
    /redrive/,
    class extends SqsQueue {
      protected override exceedsRedrive(receives: number): boolean {
        return super.exceedsRedrive(receives - 1);
      }
    },
  ],
  [
    'moves to the dead-letter queue one receive too early',
    /redrive/,
    class extends SqsQueue {
      protected override exceedsRedrive(receives: number): boolean {
        return super.exceedsRedrive(receives + 1);
      }
    },
  ],
  [
    'forgets the delay',
    /delay|lost/,
    class extends SqsQueue {
      protected override delayOf(): number {
        return 0;
      }
    },
  ],
  [
    'knows no in-flight limit',
    /in-flight limit/,
    class extends SqsQueue {
      protected override roomInFlight(): number {
        return 1_000_000;
      }
    },
  ],
  [
    'lets an old handle delete',
    /stale handles/,
    class extends SqsQueue {
      protected override resolveForDelete(handle: number): number {
        const record = super.resolveForDelete(handle);
        const owner = handle % 134_217_728;
        return record === -1 && this.records.stage[owner] !== 0 ? owner : record;
      }
    },
  ],
];

describe('a queue that is wrong is caught when it', () => {
  test.each(broken)('%s', (_name, property, Type) => {
    const found = fc.check(
      fc.property(games, (game) => play(game, Type)),
      { seed: 20261123, numRuns: 1500, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toMatch(property);
  });
});
