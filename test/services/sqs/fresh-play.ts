import { strict as assert } from 'node:assert';
import { FreshLane } from '../../../src/services/sqs/fresh-lane.ts';
import { MessageStore, NONE, Place } from '../../../src/services/sqs/message-store.ts';

/** The lane of what nobody has received, beside a plain list: dead ones stay in the list until the lane comes to them. */
export class FreshPlay {
  readonly store = new MessageStore();
  readonly lane = new FreshLane(this.store);
  #list: { readonly slot: number; dead: boolean }[] = [];
  /** Taken out, not yet given up. */
  #out: number[] = [];
  #sent = 0;

  append(): void {
    const slot = this.store.take(this.#sent, this.#sent, 0, 1, Place.fresh);
    this.#sent++;
    this.lane.append(slot);
    this.#list.push({ slot, dead: false });
  }

  takeHead(): void {
    if (this.#list.length === 0) return;
    assert.equal(this.lane.takeHead(), this.#list[0]?.slot);
    this.#out.push((this.#list.shift() as { slot: number }).slot);
    this.#dropDead(0);
  }

  /** From behind the one in front, dead or not. */
  takeAfter(which: number): void {
    const place = this.#livePlace(which);
    const before = place === 0 ? NONE : (this.#list[place - 1]?.slot as number);
    const slot = this.#list[place]?.slot;
    if (slot === undefined) return;
    this.lane.takeAfter(before, slot);
    this.#list.splice(place, 1);
    this.#out.push(slot);
    if (place === 0) this.#dropDead(0);
  }

  bury(which: number): void {
    const place = this.#livePlace(which);
    const one = this.#list[place];
    if (one === undefined) return;
    this.lane.bury(one.slot);
    if (place > 0) one.dead = true;
    else {
      this.#list.shift();
      this.#dropDead(0);
    }
  }

  setBack(places: number): void {
    if (this.#list.length === 0) return;
    this.#dropDead(1);
    const isMoved = this.lane.setBack(places);
    assert.equal(isMoved, this.#list.length > 1);
    const head = this.#list.shift() as { slot: number; dead: boolean };
    this.#list.splice(Math.max(places, 1), 0, head);
  }

  /** What was taken goes back, each before the first younger one behind the last that went back. */
  putBack(): void {
    const back = this.#out.splice(0).toSorted((a, b) => this.store.ordinal(a) - this.store.ordinal(b));
    this.lane.insertByAge(back);
    let place = 0;
    for (const slot of back) {
      this.#dropDead(place);
      while (
        place < this.#list.length &&
        this.store.ordinal(this.#list[place]?.slot as number) < this.store.ordinal(slot)
      ) {
        place++;
        this.#dropDead(place);
      }
      this.#list.splice(place++, 0, { slot, dead: false });
    }
  }

  giveUp(): void {
    for (const slot of this.#out.splice(0)) this.store.release(slot);
  }

  /** Walks the lane, which gives up what is dead. */
  walk(): void {
    const slots: number[] = [];
    for (let slot = this.lane.nextAfter(NONE); slot !== NONE; slot = this.lane.nextAfter(slot)) slots.push(slot);
    this.#list = this.#list.filter(({ dead }) => !dead);
    assert.deepEqual(
      slots,
      this.#list.map(({ slot }) => slot),
    );
    assert.equal(this.lane.added - this.lane.taken, slots.length);
    assert.equal(this.store.held, slots.length + this.#out.length);
  }

  checkHead(): void {
    assert.equal(this.lane.head, this.#list[0]?.slot ?? NONE);
  }

  #livePlace(which: number): number {
    const live = this.#list.flatMap(({ dead }, place) => (dead ? [] : place));
    return live.length === 0 ? 0 : (live[which % live.length] as number);
  }

  #dropDead(place: number): void {
    while (this.#list[place]?.dead === true) this.#list.splice(place, 1);
  }
}
