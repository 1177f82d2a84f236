/**
 * What is under way to a client, in the order in which it was first sent, each under its packet id; it outlives the connection.
 *
 *   QoS 1: published ──PUBACK──▶ gone           QoS 2: published ──PUBREC──▶ released ──PUBCOMP──▶ gone
 */

/** What is awaited. */
export const Awaited = { nothing: 0, puback: 1, pubrec: 2, pubcomp: 3 } as const;
export type Awaited = (typeof Awaited)[keyof typeof Awaited];

const FIRST_PLACES = 4;
// Shared by all who have nothing under way: a session of a fleet is to be small.
const NO_IDS = new Uint16Array(0);
const NO_COPIES = new Int32Array(0);
const NO_AWAITED = new Uint8Array(0);
const NO_SENT = new Uint32Array(0);

export class Inflight {
  /** Live ones among them: those that await something. Places 0 to `end`, exclusive. */
  ids = NO_IDS;
  copies = NO_COPIES;
  awaited = NO_AWAITED;
  /** How often each was sent. */
  sent = NO_SENT;
  end = 0;
  #start = 0;
  #count = 0;
  #lastId = 0;
  readonly #packetIds: number;

  /** Ids from 1 to this one. */
  constructor(packetIds: number) {
    this.#packetIds = packetIds;
  }

  get count(): number {
    return this.#count;
  }

  /** The first live place, or `end`. */
  get start(): number {
    return this.#start;
  }

  /** A new one, with the next packet id that is free; returns its place. There are fewer than ids. */
  add(copy: number, awaited: Awaited): number {
    if (this.end === this.ids.length) this.#makeRoom();
    const place = this.end;
    this.ids[place] = this.#nextId();
    this.end++;
    this.copies[place] = copy;
    this.awaited[place] = awaited;
    this.sent[place] = 1;
    this.#count++;
    return place;
  }

  /** The place of a packet id that awaits something; -1: there is none. */
  find(id: number): number {
    for (let i = this.#start; i < this.end; i++) {
      if (this.ids[i] === id && this.awaited[i] !== Awaited.nothing) return i;
    }
    return -1;
  }

  remove(place: number): void {
    this.awaited[place] = Awaited.nothing;
    this.#count--;
    if (this.#count === 0) {
      this.#start = 0;
      this.end = 0;
    } else if (place === this.#start) {
      while (this.awaited[this.#start] === Awaited.nothing) this.#start++;
    }
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === this.#packetIds ? 1 : this.#lastId + 1;
    while (this.#count > 0 && this.find(this.#lastId) >= 0);
    return this.#lastId;
  }

  /** Closes the gaps; where that gives little, doubles. */
  #makeRoom(): void {
    const places = this.#count * 2 > this.ids.length ? Math.max(FIRST_PLACES, this.ids.length * 2) : this.ids.length;
    const ids = new Uint16Array(Math.max(FIRST_PLACES, places));
    const copies = new Int32Array(ids.length);
    const awaited = new Uint8Array(ids.length);
    const sent = new Uint32Array(ids.length);
    let end = 0;
    for (let i = this.#start; i < this.end; i++) {
      if (this.awaited[i] === Awaited.nothing) continue;
      ids[end] = this.ids[i] as number;
      copies[end] = this.copies[i] as number;
      awaited[end] = this.awaited[i] as number;
      sent[end] = this.sent[i] as number;
      end++;
    }
    this.ids = ids;
    this.copies = copies;
    this.awaited = awaited;
    this.sent = sent;
    this.#start = 0;
    this.end = end;
  }
}
