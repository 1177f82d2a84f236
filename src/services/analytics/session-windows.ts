/**
 * Sessions of each key: a record at t opens [t, t + gap), and sessions that overlap or touch are one. A timer may be early, for its session may have grown since: then it is
 * set again, so a record costs none.
 */
import { Timers } from './timers.ts';
import type { Fire, StateRow, Windows } from './window-state.ts';

interface Session {
  readonly key: number;
  startUs: number;
  endUs: number;
  count: number;
  bytes: number;
  firings: number;
  due: boolean;
  /** A timer for its end is set, perhaps an early one. */
  timed: boolean;
  gone: boolean;
}

export class SessionWindows implements Windows {
  readonly #gapUs: number;
  readonly #latenessUs: number;
  readonly #fire: Fire;
  readonly #sessions = new Map<number, Session[]>();
  readonly #ends = new Timers<Session>();
  readonly #cleanups = new Timers<Session>();
  #watermarkUs = Number.NEGATIVE_INFINITY;
  #entries = 0;

  constructor(gapUs: number, latenessUs: number, fire: Fire) {
    this.#gapUs = gapUs;
    this.#latenessUs = latenessUs;
    this.#fire = fire;
  }

  get entries(): number {
    return this.#entries;
  }

  add(key: number, eventTimeUs: number, bytes: number): boolean {
    const endUs = eventTimeUs + this.#gapUs;
    const session = this.#merged(key, eventTimeUs, endUs);
    if (session === null) {
      if (endUs - 1 + this.#latenessUs <= this.#watermarkUs) return false;
      const row = { key, startUs: eventTimeUs, endUs, count: 1, bytes, firings: 0, due: false };
      this.#arrange(this.#open(row));
      return true;
    }
    session.startUs = Math.min(session.startUs, eventTimeUs);
    session.endUs = Math.max(session.endUs, endUs);
    session.count++;
    session.bytes += bytes;
    this.#arrange(session);
    return true;
  }

  advance(watermarkUs: number): void {
    this.#watermarkUs = watermarkUs;
    while (this.#ends.isDue(watermarkUs)) this.#end(this.#ends.take());
    while (this.#cleanups.isDue(watermarkUs)) this.#cleanUp(this.#cleanups.take());
  }

  snapshot(into: StateRow[]): void {
    for (const sessions of this.#sessions.values())
      for (const { key, startUs, endUs, count, bytes, firings, due } of sessions)
        into.push({ key, startUs, endUs, count, bytes, firings, due });
  }

  restore(row: StateRow): void {
    const session = this.#open(row);
    if (row.due) this.#setTimer(session);
  }

  /** The first of the sessions of a key that [start, end) touches, with the others in it; null: there is none. */
  #merged(key: number, startUs: number, endUs: number): Session | null {
    const sessions = this.#sessions.get(key);
    if (sessions === undefined) return null;
    let first: Session | null = null;
    let merges = false;
    for (const session of sessions) {
      if (session.startUs > endUs || session.endUs < startUs) continue;
      if (first === null) first = session;
      else {
        this.#swallow(first, session);
        merges = true;
      }
    }
    if (merges) this.#keepLiving(key, sessions);
    return first;
  }

  #swallow(first: Session, other: Session): void {
    first.startUs = Math.min(first.startUs, other.startUs);
    first.endUs = Math.max(first.endUs, other.endUs);
    first.count += other.count;
    first.bytes += other.bytes;
    first.firings = Math.max(first.firings, other.firings);
    other.gone = true;
    this.#entries--;
  }

  #open({ key, startUs, endUs, count, bytes, firings, due }: StateRow): Session {
    const session = { key, startUs, endUs, count, bytes, firings, due, timed: false, gone: false };
    const sessions = this.#sessions.get(key);
    if (sessions === undefined) this.#sessions.set(key, [session]);
    else sessions.push(session);
    this.#entries++;
    this.#cleanups.set(endUs - 1 + this.#latenessUs, session);
    return session;
  }

  /** After a record: it fires now, or at its end. */
  #arrange(session: Session): void {
    if (session.endUs - 1 <= this.#watermarkUs) this.#fireNow(session);
    else {
      session.due = true;
      this.#setTimer(session);
    }
  }
  #setTimer(session: Session): void {
    if (session.timed) return;
    session.timed = true;
    this.#ends.set(session.endUs - 1, session);
  }

  #end(session: Session): void {
    session.timed = false;
    if (session.gone || !session.due) return;
    if (session.endUs - 1 > this.#watermarkUs) this.#setTimer(session);
    else this.#fireNow(session);
  }
  #fireNow(session: Session): void {
    session.due = false;
    this.#fire(session.key, session.startUs, session.endUs, session.count, session.bytes, session.firings++);
  }

  #cleanUp(session: Session): void {
    if (session.gone) return;
    const atUs = session.endUs - 1 + this.#latenessUs;
    if (atUs > this.#watermarkUs) {
      this.#cleanups.set(atUs, session);
      return;
    }
    session.gone = true;
    this.#entries--;
    this.#keepLiving(session.key, this.#sessions.get(session.key) ?? []);
  }

  #keepLiving(key: number, sessions: readonly Session[]): void {
    const rest = sessions.length === 1 ? [] : sessions.filter(({ gone }) => !gone);
    if (rest.length > 0) this.#sessions.set(key, rest);
    else this.#sessions.delete(key);
  }
}
