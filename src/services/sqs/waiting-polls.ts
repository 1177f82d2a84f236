/** Long polls that wait for a message, in the order in which they came; each has a ticket by which it can be called off. */
import { SqsModelError } from './errors.ts';
import type { Receiver } from './operations.ts';

const NONE = -1;
/** Polls that may wait at one queue at once, and the factor between a ticket's generation and its place. */
const SPAN = 1_048_576;

interface Poll {
  receiver: Receiver | null;
  tag: number;
  max: number;
  visibilityUs: number;
  generation: number;
  next: number;
  previous: number;
}

export class WaitingPolls {
  readonly #polls: Poll[] = [];
  #head = NONE;
  #tail = NONE;
  #free = NONE;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The one that came first, or -1. */
  get first(): number {
    return this.#head;
  }

  /** Adds a poll and returns its place; `ticket` makes the ticket of it. */
  add(receiver: Receiver, tag: number, max: number, visibilityUs: number): number {
    let place = this.#free;
    if (place === NONE) {
      place = this.#polls.length;
      if (place === SPAN) throw new SqsModelError('too-many-polls', `more than ${SPAN} long polls wait at one queue`);
      this.#polls.push({ receiver, tag, max, visibilityUs, generation: 0, next: NONE, previous: this.#tail });
    } else {
      const poll = this.#polls[place] as Poll;
      this.#free = poll.next;
      poll.receiver = receiver;
      poll.tag = tag;
      poll.max = max;
      poll.visibilityUs = visibilityUs;
      poll.next = NONE;
      poll.previous = this.#tail;
    }
    if (this.#tail === NONE) this.#head = place;
    else (this.#polls[this.#tail] as Poll).next = place;
    this.#tail = place;
    this.#count++;
    return place;
  }

  /** A ticket is never 0 and never given twice. */
  ticket(place: number): number {
    return ((this.#polls[place] as Poll).generation + 1) * SPAN + place;
  }

  generation(place: number): number {
    return (this.#polls[place] as Poll).generation;
  }

  /** The place behind a ticket, -1 when its poll no longer waits. */
  placeOf(ticket: number): number {
    if (!(ticket >= SPAN)) return NONE;
    const generation = Math.floor(ticket / SPAN);
    const place = ticket - generation * SPAN;
    return this.waits(place, generation - 1) ? place : NONE;
  }

  waits(place: number, generation: number): boolean {
    const poll = this.#polls[place];
    return poll !== undefined && poll.receiver !== null && poll.generation === generation;
  }

  max(place: number): number {
    return (this.#polls[place] as Poll).max;
  }

  visibilityUs(place: number): number {
    return (this.#polls[place] as Poll).visibilityUs;
  }

  tag(place: number): number {
    return (this.#polls[place] as Poll).tag;
  }

  /** Takes a poll out and returns who asked. */
  remove(place: number): Receiver {
    const poll = this.#polls[place] as Poll;
    const receiver = poll.receiver as Receiver;
    if (poll.previous === NONE) this.#head = poll.next;
    else (this.#polls[poll.previous] as Poll).next = poll.next;
    if (poll.next === NONE) this.#tail = poll.previous;
    else (this.#polls[poll.next] as Poll).previous = poll.previous;
    poll.receiver = null;
    poll.generation++;
    poll.next = this.#free;
    this.#free = place;
    this.#count--;
    return receiver;
  }
}
