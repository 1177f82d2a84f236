import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageStore, Place } from '../../../src/services/sqs/message-store.ts';
import { NOT_A_HANDLE, ReceiveRecords, STALE_HANDLE, Stage } from '../../../src/services/sqs/receive-records.ts';

interface Known {
  readonly slot: number;
  record: number;
  receives: number;
  /** All that its message was given in this record; the last one is the newest. */
  handles: number[];
}

const acts = fc.array(
  fc.tuple(fc.constantFrom('take', 'receive', 'receive', 'receive', 'release', 'moves'), fc.nat({ max: 9 })),
  {
    maxLength: 120,
  },
);

describe('records of what was received', () => {
  it.each([
    ['few generations, so that records are used up', 9, true],
    ['many', 1000, false],
  ])('know the newest handle of each message, and no other: %s', (_, generations, grouped) => {
    const play = fc.property(acts, (all) => {
      const records = new ReceiveRecords(generations, grouped);
      const known: Known[] = [];
      const gone: number[] = [];
      const given = new Set<number>();
      let slots = 0;
      for (const [what, which] of all) {
        const one = known[which % Math.max(1, known.length)];
        if (what === 'take') {
          const record = records.take(++slots);
          expect([records.slot[record], records.receives[record], records.stage[record]]).toEqual([
            slots,
            0,
            Stage.taken,
          ]);
          expect(records.firstReceiveUs[record]).toBe(-1);
          known.push({ slot: slots, record, receives: 0, handles: [] });
        } else if (what === 'moves') {
          records.keepMoves();
          expect(records.movedId.length).toBe(records.slot.length);
        } else if (one !== undefined && what === 'release') {
          records.release(one.record);
          gone.push(...one.handles);
          known.splice(known.indexOf(one), 1);
        } else if (one !== undefined) {
          if (!records.canReceive(one.record)) {
            one.record = records.renew(one.record);
            gone.push(...one.handles);
            one.handles = [];
          }
          records.receives[one.record] = ++one.receives;
          const handle = records.newHandle(one.record);
          expect([given.has(handle), records.handle(one.record)]).toEqual([false, handle]);
          given.add(handle);
          one.handles.push(handle);
        }
        for (const { slot, record, receives, handles } of known) {
          expect([records.slot[record], records.receives[record]]).toEqual([slot, receives]);
          for (const handle of handles) {
            const isNewest = handle === handles.at(-1);
            expect(records.resolve(handle)).toBe(isNewest ? record : STALE_HANDLE);
            if (grouped) expect(records.isEarlierReceive(handle)).toBe(true);
          }
        }
        for (const handle of gone) {
          expect(records.resolve(handle)).toBe(STALE_HANDLE);
          if (grouped) expect(records.isEarlierReceive(handle)).toBe(false);
        }
        expect(new Set(known.map(({ record }) => record)).size).toBe(known.length);
      }
    });
    fc.assert(play, { seed: 11, numRuns: 150 });
  });

  it('take no number for a handle that none ever was', () => {
    const records = new ReceiveRecords();
    const record = records.take(1);
    const handle = records.newHandle(record);
    for (const other of [0, 1, -handle, handle + 1, handle + 0.5, 2 * handle, Number.NaN, 2 ** 60]) {
      expect(records.resolve(other)).toBe(NOT_A_HANDLE);
    }
    expect(records.resolve(handle)).toBe(record);
  });

  it('carry where a message came from, and its receives, to its next record', () => {
    const records = new ReceiveRecords(5);
    const old = records.take(7);
    records.keepMoves();
    const columns = [
      records.receives,
      records.receivesBefore,
      records.firstReceiveUs,
      records.movedId,
      records.movedUs,
      records.movedFrom,
    ];
    for (const [i, column] of columns.entries()) column[old] = 10 + i;
    const renewed = records.renew(old);
    expect([renewed === old, records.slot[renewed], records.stage[old]]).toEqual([false, 7, Stage.none]);
    expect(columns.map((column) => column[renewed])).toEqual([10, 11, 12, 13, 14, 15]);
  });
});

describe('messages of a queue', () => {
  it('keep what they are, page after page, also numbers that take more than four bytes', () => {
    const play = fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 2500 })), { maxLength: 30 }), (all) => {
      const store = new MessageStore(true);
      const held = new Map<number, number>();
      let sent = 0;
      for (const [isTaken, many] of all) {
        const steps = isTaken ? many : Math.min(many, held.size);
        for (let i = 0; i < steps; i++) {
          if (isTaken) {
            const body = sent % 1500 === 7 ? 2 ** 40 + sent : sent;
            const slot = store.take(body, sent, sent * 1e6, 1 + (sent % 1_048_576), Place.fresh);
            expect(held.has(slot)).toBe(false);
            held.set(slot, sent++);
          } else {
            const [slot] = held.keys();
            held.delete(slot as number);
            store.release(slot as number);
          }
        }
        expect(store.held).toBe(held.size);
        for (const [slot, n] of held) {
          if (n % 97 !== 0 && n % 1500 !== 7) continue;
          const body = n % 1500 === 7 ? 2 ** 40 + n : n;
          const found = [
            store.body(slot),
            store.ordinal(slot),
            store.sentUs(slot),
            store.bytesOf(slot),
            store.place(slot),
          ];
          expect(found).toEqual([body, n, n * 1e6, 1 + (n % 1_048_576), Place.fresh]);
          expect([store.holds(slot, n), store.holds(slot, n + 1)]).toEqual([true, false]);
        }
      }
      for (const [slot, n] of held) {
        store.release(slot);
        expect(store.holds(slot, n)).toBe(false);
      }
      expect(store.held).toBe(0);
    });
    fc.assert(play, { seed: 13, numRuns: 12 });
  });
});
