/** What a topic promises of its deliveries beside completeness: none is lost count of, none is given up for good, those of a group stay in order. */
import type { Checker, End, Fold } from './checker.ts';
import * as What from './codes.ts';
import { CountColumn, FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

function isOfDelivery(what: number): boolean {
  return what === What.owed || what === What.deliverOk || what === What.deliverFail;
}

/** How often each delivery was owed, less how often it ended. */
class Ends {
  /** Deliveries that have a place. */
  size = 0;
  readonly #underWay = new CountColumn();

  note(what: number, entity: number): void {
    this.#underWay.add(entity, what === What.owed ? 1 : -1);
    if (entity >= this.size) this.size = entity + 1;
  }

  /** Of a delivery: how many are under way; negative: more ended than were owed. */
  underWay(entity: number): number {
    return this.#underWay.get(entity);
  }
}

/**
 * For each delivery d at each instant: ended(d) ≤ owed(d); at the end owed = delivered + given up. Where a fault makes copies only: ended(d) > 0 ⟹ owed(d) > 0.
 *
 * Published × subscriptions that match is what was delivered, given up, or is under way.
 */
export const conservationOfDeliveries: Checker = {
  guarantee: 'conservation',
  start: (settings) => new DeliveriesFold(settings),
};

class DeliveriesFold implements Fold {
  readonly wants = [What.owed, What.deliverOk, What.deliverFail];
  readonly #ends = new Ends();
  readonly #lastN = new RecordColumn();
  readonly #restUs: number;
  readonly #isCopied: boolean;
  #owed = 0;
  #delivered = 0;
  #givenUp = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#restUs = settings.number('restUs');
    this.#isCopied = settings.flag('isCopied');
  }

  scan({ rows, count, chunk, isOther, entity }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const one = entity[row] as number;
      if (isOther[row] === 0 && one >= 0 && isOfDelivery(what)) this.#next(one, what, chunk.first + row);
    }
  }

  #next(entity: number, what: number, n: number): void {
    const wasOwed = this.#lastN.get(entity) >= 0;
    this.#ends.note(what, entity);
    if (what === What.owed) this.#owed++;
    else if (what === What.deliverOk) this.#delivered++;
    else this.#givenUp++;
    if (what !== What.owed && (this.#isCopied ? !wasOwed : this.#ends.underWay(entity) < 0)) {
      this.#notOwed(wasOwed ? [this.#lastN.get(entity), n] : [n], n);
    }
    this.#lastN.set(entity, n);
  }

  #notOwed(evidence: readonly number[], n: number): void {
    const sentence = `Record ${n} is the end of a delivery that was never owed, or had ended.`;
    this.#found ??= broken({}, sentence, evidence);
  }

  finish(end: End): Finding {
    let underWay = 0;
    let first = -1;
    for (let entity = 0; entity < this.#ends.size; entity++) {
      const open = this.#ends.underWay(entity);
      if (open <= 0) continue;
      underWay += open;
      if (first < 0) first = this.#lastN.get(entity);
    }
    const counts = { owed: this.#owed, delivered: this.#delivered, givenUp: this.#givenUp, underWay };
    if (this.#found !== null) return { ...this.#found, counts };
    if (this.#owed === 0) return notExercised(counts, 'No subscription was owed anything.');
    if (underWay === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    // What is under way is no breach, only what is so for ever.
    if (unfit !== null) return held(counts);
    return broken(counts, 'A delivery neither came to its end nor is under way.', [first]);
  }
}

/**
 * Where F = deliveries given up: F ⊆ delivered another time ∪ dead-lettered ∪ perhaps dead-lettered.
 *
 * What a subscription does not take while the retries last is in its dead-letter queue, not gone.
 */
export const noLossOfDeliveries: Checker = { guarantee: 'no-loss', start: () => new LossFold() };

const Delivered = 1;
/** Seen on its way into a dead-letter queue, or in it. */
const Kept = 2;
const GivenUp = 4;

class LossFold implements Fold {
  readonly wants: readonly number[] = [
    What.owed,
    What.deliverOk,
    What.deliverFail,
    What.sendOk,
    What.sendUnknown,
    What.receiveOk,
    What.left,
  ];
  readonly #ends = new Ends();
  readonly #state = new FlagColumn();
  readonly #givenUpN = new RecordColumn();
  #owed = 0;
  #givenUp = 0;

  scan({ rows, count, chunk, isOther, entity }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const one = entity[row] as number;
      if (one < 0) continue;
      if (isOther[row] === 0) {
        if (isOfDelivery(what)) this.#next(one, what, chunk.first + row);
      } else if (this.wants.includes(what)) this.#state.add(one, Kept);
    }
  }

  #next(entity: number, what: number, n: number): void {
    this.#ends.note(what, entity);
    if (what === What.owed) this.#owed++;
    else if (what === What.deliverOk) this.#state.add(entity, Delivered);
    else {
      this.#givenUp++;
      this.#state.add(entity, GivenUp);
      this.#givenUpN.set(entity, n);
    }
  }

  finish(): Finding {
    const lost: number[] = [];
    let perhaps = 0;
    for (let entity = 0; entity < this.#ends.size; entity++) {
      if (this.#state.get(entity) !== GivenUp) continue;
      // Published again, it is on its way once more.
      if (this.#ends.underWay(entity) > 0) perhaps++;
      else lost.push(this.#givenUpN.get(entity));
    }
    const counts = { owed: this.#owed, givenUp: this.#givenUp, lost: lost.length };
    const many = lost.length === 1 ? '' : ` (the first of ${lost.length})`;
    if (lost.length > 0) {
      return broken(counts, `A delivery was given up, and no dead-letter queue has it${many}.`, [Math.min(...lost)]);
    }
    if (this.#owed === 0) return notExercised(counts, 'No subscription was owed anything.');
    if (perhaps > 0) return unknown(counts, 'What was given up was published again, and is under way.');
    return held(counts);
  }
}

/**
 * For deliveries a, b of one group to one subscription whose endpoint is told the group, both made: sequence(a) < sequence(b) ⟹ t(a) ≤ t(b).
 *
 * Each FIFO subscriber is given the messages of a group in the order in which they were published.
 */
export const orderOfDeliveries: Checker = { guarantee: 'order', start: () => new DeliveryOrder() };

/** An entity of a history is that of its request, and for a delivery its subscription + 1, so many times. */
const ORDINALS = 68_719_476_736;
/** Above all groups. */
const GROUPS = 4_294_967_296;
const Owed = 1;
/** Published again before the first was over: nobody can say which of the two a delivery is. */
const Blurred = 2;

class DeliveryOrder implements Fold {
  readonly wants = [What.owed, What.deliverOk, What.deliverFail];
  readonly #ends = new Ends();
  readonly #state = new FlagColumn();
  readonly #sequence = new NumberColumn();
  readonly #lane = new NumberColumn();
  readonly #owedN = new RecordColumn();
  /** A subscription and a group. */
  readonly #lanes = new Places();
  readonly #highest = new NumberColumn();
  readonly #highestN = new RecordColumn();
  #compared = 0;
  #found: readonly number[] | null = null;

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther, entity } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const one = entity[row] as number;
      if (isOther[row] !== 0 || one < 0 || !isOfDelivery(what)) continue;
      const wasUnderWay = this.#ends.underWay(one) > 0;
      this.#ends.note(what, one);
      if (what === What.owed) this.#isOwed(all, row, one, wasUnderWay);
      else if (what === What.deliverOk && this.#state.get(one) === Owed) this.#made(one, chunk.first + row);
    }
  }

  #isOwed({ chunk }: Sightings, row: number, entity: number, wasUnderWay: boolean): void {
    const group = chunk.group[row] as number;
    if (group < 0) return;
    this.#state.add(entity, wasUnderWay ? Blurred : Owed);
    const subscription = Math.floor((chunk.entity[row] as number) / ORDINALS);
    this.#lane.set(entity, this.#lanes.place(subscription * GROUPS + group));
    this.#sequence.set(entity, chunk.sequence[row] as number);
    this.#owedN.set(entity, chunk.first + row);
  }

  #made(entity: number, n: number): void {
    const lane = this.#lane.get(entity);
    const sequence = this.#sequence.get(entity);
    const highest = this.#highest.get(lane);
    if (highest >= 0) this.#compared++;
    if (highest > sequence) this.#found ??= [this.#owedN.get(entity), this.#highestN.get(lane), n];
    if (highest >= sequence) return;
    this.#highest.set(lane, sequence);
    this.#highestN.set(lane, n);
  }

  finish(): Finding {
    const counts = { compared: this.#compared };
    if (this.#found !== null)
      return broken(counts, 'A subscription was given a message before an older one of its group.', this.#found);
    return this.#compared === 0 ? notExercised(counts, 'No group had two deliveries.') : held(counts);
  }
}
