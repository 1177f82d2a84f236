import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FifoQueue } from '../../../src/services/sqs/index.ts';
import type { FifoClass } from './fifo-harness.ts';
import { fifoGames, playFifo } from './fifo-play.ts';

test('whatever is done to it, a FIFO queue does exactly what the reference does', () => {
  fc.assert(
    fc.property(fifoGames, (game) => playFifo(game)),
    { seed: 20261123, numRuns: 1500 },
  );
});

const NONE = 0xffffffff;

/** Queues that are wrong on purpose, each in one thing; the property that must notice. */
const broken: readonly (readonly [name: string, property: RegExp, Type: FifoClass])[] = [
  [
    'lets a message that is visible again pass an earlier one in flight',
    /order|long poll/,
    class extends FifoQueue {
      protected override toVisible(record: number): void {
        const { groups, records } = this;
        const group = this.store.group(records.slot[record] as number);
        const others: number[] = [];
        for (let one = groups.firstRecord[group] as number; one !== NONE; one = records.groupNext[one] as number) {
          others.push(one);
        }
        for (const one of others) groups.removeRecord(group, one);
        for (const one of [record, ...others.filter((other) => other !== record)]) groups.appendRecord(group, one);
        super.toVisible(record);
      }
    },
  ],
  [
    'puts a message that is visible again behind the others of its group',
    /order|lost|long poll/,
    class extends FifoQueue {
      protected override onVisibilityEnd(record: number): void {
        const group = this.store.group(this.records.slot[record] as number);
        this.groups.removeRecord(group, record);
        this.groups.appendRecord(group, record);
        super.onVisibilityEnd(record);
      }
    },
  ],
  [
    'keeps a group locked after the delete',
    /order|long poll/,
    class extends FifoQueue {
      protected override unlock(): void {}
    },
  ],
  [
    'counts the deduplication window from the last duplicate',
    /deduplication/,
    class extends FifoQueue {
      protected override findDuplicate(id: number, scope: number, now: number): number {
        const known = super.findDuplicate(id, scope, now);
        if (known >= 0) this.deduplication.add(id, scope, known, now);
        return known;
      }
    },
  ],
  [
    'knows one scope for all deduplication ids',
    /deduplication/,
    class extends FifoQueue {
      protected override findDuplicate(id: number, scope: number, now: number): number {
        for (const group of [0, 1, 2, 3]) {
          const known = super.findDuplicate(id, group, now);
          if (known >= 0) return known;
        }
        return super.findDuplicate(id, scope, now);
      }
    },
  ],
  [
    'forgets deduplication ids',
    /deduplication/,
    class extends FifoQueue {
      protected override findDuplicate(): number {
        return -1;
      }
    },
  ],
  [
    'loses receive counts',
    /order|redrive|conservation|long poll/,
    class extends FifoQueue {
      protected override nextReceiveCount(receives: number): number {
        return Math.max(1, receives);
      }
    },
  ],
  [
    'lets an expired handle delete, or says so',
    /delete/,
    class extends FifoQueue {
      protected override delete(handle: number) {
        const error = super.delete(handle);
        return error?.code === 'InvalidParameterValue' ? null : error;
      }
    },
  ],
  [
    'allows one receive too many before the redrive',
    /order|long poll/,
    class extends FifoQueue {
      protected override exceedsRedrive(receives: number): boolean {
        return super.exceedsRedrive(receives - 1);
      }
    },
  ],
  [
    'knows no in-flight limit',
    /order|long poll/,
    class extends FifoQueue {
      protected override roomInFlight(): number {
        return 1_000_000;
      }
    },
  ],
  [
    'applies a new delay to new messages only',
    /lost|order|long poll/,
    class extends FifoQueue {
      protected override setDelay(delayUs: number): void {
        this.delayUs = delayUs;
      }
    },
  ],
  [
    'forgets a message when its visibility timeout ends',
    /lost/,
    class extends FifoQueue {
      protected override onVisibilityEnd(): void {}
    },
  ],
  [
    'looks for groups everywhere in the queue',
    /order|long poll/,
    class extends FifoQueue {
      constructor(...[sim, settings, ports]: ConstructorParameters<FifoClass>) {
        const { fifoSettings } = settings;
        if (fifoSettings === undefined) throw new Error('not FIFO');
        super(sim, { ...settings, fifoSettings: { ...fifoSettings, scanWindow: 120_000 } }, ports);
      }
    },
  ],
];

describe('a FIFO queue that is wrong is caught when it', () => {
  test.each(broken)('%s', (_name, property, Type) => {
    const found = fc.check(
      fc.property(fifoGames, (game) => playFifo(game, Type)),
      { seed: 20261123, numRuns: 1500, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toMatch(property);
  });
});
