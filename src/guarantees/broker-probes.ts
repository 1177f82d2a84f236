import type { Fold } from './checker.ts';
import * as What from './codes.ts';
import { FlagColumn, NumberColumn } from './columns.ts';
import { InHand } from './in-hand.ts';
import type { ProbeCounts } from './probes.ts';
import type { ResourcePromises } from './promises.ts';
import { ofClient } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { notExercised } from './verdict.ts';

const Acknowledged = 1;
const NOBODY = Number.NEGATIVE_INFINITY;
/** Promised only of what is confirmed. */
const CONFIRMED = ['no-loss', 'at-least-once', 'exactly-once'];

/** Counts the rare situations of a broker. It promises nothing, so nobody asks what it found. */
export class BrokerProbes implements Fold {
  readonly wants = [What.sendUnknown, What.receiveOk, What.receiveUnknown, What.deleteInvoke, What.visibilityOk];
  readonly #probes: ProbeCounts;
  /** By number of the queue, as its promises have them; none: nothing is known of it. */
  readonly #prefetch: readonly number[];
  readonly #cumulative: readonly number[];
  readonly #deliveries: readonly number[];
  /** Whether publishers wait for an answer. */
  readonly #confirms: boolean;
  readonly #inHand = new InHand();
  /** Of a message: who was given it last, and whether somebody has acknowledged it. */
  readonly #connection = new NumberColumn(NOBODY);
  readonly #state = new FlagColumn();

  constructor({ promises }: ResourcePromises, probes: ProbeCounts) {
    this.#probes = probes;
    const numbers = (guarantee: string, setting: string): readonly number[] => {
      const value = promises.find((one) => one.guarantee === guarantee)?.[setting];
      return Array.isArray(value) ? value : [];
    };
    this.#prefetch = numbers('prefetch', 'limits');
    this.#cumulative = numbers('prefetch', 'cumulative');
    this.#deliveries = numbers('delivery-limit', 'limits');
    this.#confirms = promises.some(({ guarantee }) => CONFIRMED.includes(guarantee));
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther, message } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const connection = ofClient(chunk.client[row] as number, chunk.who[row] as number);
      const one = message[row] as number;
      if (what === What.sendUnknown && this.#confirms) this.#probes.hit('confirm-lost');
      else if (what === What.receiveUnknown) this.#lost(connection);
      else if (one < 0) continue;
      else if (what === What.receiveOk) this.#given(all, row, one, connection);
      else if (what === What.deleteInvoke) this.#acknowledged(all, row, one, connection);
      else if (what === What.visibilityOk) this.#refused(all, row, connection);
    }
  }

  #lost(connection: number): void {
    if (this.#inHand.of(connection).size > 0) this.#probes.hit('line-lost-in-hand');
    this.#inHand.lose(connection);
  }

  #given({ chunk }: Sightings, row: number, one: number, connection: number): void {
    const group = chunk.group[row] as number;
    const before = this.#connection.get(one);
    if (before !== NOBODY && before !== connection) this.#probes.hit('came-to-another');
    if (this.#state.has(one, Acknowledged)) this.#probes.hit('acknowledged-and-back');
    this.#connection.set(one, connection);
    const { size } = this.#inHand.take(connection, chunk.handle[row] as number, chunk.first + row);
    if (size === this.#prefetch[group]) this.#probes.hit('prefetch-full');
    const limit = this.#deliveries[group] ?? -1;
    if (limit >= 0 && (chunk.receives[row] as number) > limit) this.#probes.hit('last-delivery');
  }

  #acknowledged({ chunk }: Sightings, row: number, one: number, connection: number): void {
    const isWithAllBefore = this.#cumulative[chunk.group[row] as number] === 1;
    this.#inHand.settle(connection, chunk.handle[row] as number, isWithAllBefore);
    this.#state.add(one, Acknowledged);
  }

  #refused({ chunk }: Sightings, row: number, connection: number): void {
    this.#probes.hit('handed-back');
    this.#inHand.settle(connection, chunk.handle[row] as number, false);
  }

  finish(): ReturnType<typeof notExercised> {
    return notExercised({}, '');
  }
}
