/**
 * GetMedia and GetMediaForFragmentList: connections on which fragments come in order, 25 MB/s and five fragments a second at most. A session that has seen all there is waits, without an
 * event, for the next fragment; a list ends.
 */
import { videoFacts as f } from '../../facts/index.ts';
import type { Handle, Simulation } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { ArchivePoints } from './archive-points.ts';
import { videoErrors } from './errors.ts';
import type { FragmentLog, KeptFragment } from './fragment-log.ts';
import type { ConnectionOutput, StartSelector, Viewer } from './operations.ts';
import type { VideoSettings } from './settings.ts';
import type { VideoMetrics } from './video-metrics.ts';

const SECOND_US = 1_000_000;
const GAP_US = SECOND_US / f.getMediaFragmentsPerSecond.value;

interface Session {
  readonly id: number;
  readonly viewer: Viewer;
  readonly tag: number;
  /** Of GetMediaForFragmentList: what is still to come; null: what comes in the stream. */
  readonly list: number[] | null;
  /** The last fragment that was given, or passed over. */
  position: number;
  /** No byte of the next is sent before. */
  freeUs: number;
  nextFragmentUs: number;
  event: Handle | null;
  sending: KeptFragment | null;
}

export class GetMedia {
  readonly #sim: Simulation;
  readonly #settings: VideoSettings;
  readonly #log: FragmentLog;
  readonly #points: ArchivePoints;
  readonly #metrics: VideoMetrics;
  readonly #calls = new ActionRate(1, f.getMediaPerSecond.value, f.getMediaPerSecond.value);
  readonly #sessions = new Map<number, Session>();
  readonly #given = (session: Session): void => this.#give(session);
  readonly #retry = (session: Session): void => this.#goOn(session);
  #nextSession = 0;

  constructor(
    sim: Simulation,
    settings: VideoSettings,
    log: FragmentLog,
    points: ArchivePoints,
    metrics: VideoMetrics,
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.#log = log;
    this.#points = points;
    this.#metrics = metrics;
  }

  open(selector: StartSelector, viewer: Viewer, tag: number): ConnectionOutput {
    this.#metrics.getRequests.add(1);
    if (!this.#calls.take(0, 1, this.#sim.now)) return { error: videoErrors.rate('GetMedia'), connection: -1 };
    if (this.#count(false) >= f.getMediaConnections.value) {
      this.#metrics.getConnectionErrors.add(1);
      return { error: videoErrors.connections('GetMedia', f.getMediaConnections.value), connection: -1 };
    }
    return { error: null, connection: this.#start(viewer, tag, null, this.#positionOf(selector)) };
  }

  openList(fragments: readonly number[], viewer: Viewer, tag: number): ConnectionOutput {
    const most = f.fragmentListMax.value;
    const refuse = (error: ConnectionOutput['error']): ConnectionOutput => ({ error, connection: -1 });
    if (fragments.length < 1 || fragments.length > most)
      return refuse(videoErrors.invalid(`${fragments.length} fragments: expected 1 to ${most}.`));
    if (!this.#log.keeps) return refuse(videoErrors.noRetention(this.#settings.name));
    if (this.#count(true) >= f.fragmentListConnections.value)
      return refuse(videoErrors.connections('GetMediaForFragmentList', f.fragmentListConnections.value));
    const missing = fragments.find((number) => this.#log.find(number, this.#sim.now) === undefined);
    if (missing !== undefined) return refuse(videoErrors.missing(`Fragment ${missing}`));
    // 500 points a second are fewer than the longest list: each fragment is charged as it is sent, and waits for its point.
    if (this.#points.nextMediaUs() > this.#sim.now) return refuse(videoErrors.rate('fragment media'));
    return { error: null, connection: this.#start(viewer, tag, [...fragments], -1) };
  }

  close(id: number): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    if (session.event !== null) this.#sim.cancel(session.event);
    this.#sessions.delete(id);
  }

  /** There is a new fragment. */
  wake(): void {
    for (const session of this.#sessions.values()) if (session.event === null) this.#next(session);
  }

  #count(lists: boolean): number {
    let count = 0;
    for (const { list } of this.#sessions.values()) if ((list !== null) === lists) count++;
    return count;
  }

  #start(viewer: Viewer, tag: number, list: number[] | null, position: number): number {
    const id = this.#nextSession++;
    const now = this.#sim.now;
    const isWarm = this.#settings.storageTier === 'WARM' && (list !== null || this.#hasAfter(position));
    const freeUs = isWarm ? now + this.#settings.warmReadUs : now;
    const session = { id, viewer, tag, list, position, freeUs, nextFragmentUs: now, event: null, sending: null };
    this.#sessions.set(id, session);
    this.#next(session);
    return id;
  }
  #hasAfter(position: number): boolean {
    return this.#log.after(position, this.#sim.now) !== undefined;
  }

  /** Sends the next fragment; it is given when its last byte has come. */
  #next(session: Session): void {
    const now = this.#sim.now;
    if (session.list !== null && session.list.length > 0 && !this.#points.media(1)) {
      session.event = this.#sim.scheduleAt(this.#points.nextMediaUs(), this.#retry, session);
      return;
    }
    const fragment = session.list === null ? this.#log.after(session.position, now) : this.#nextOfList(session.list);
    if (fragment === undefined) return;
    const startUs = Math.max(now, session.freeUs, session.nextFragmentUs);
    const endUs = startUs + Math.ceil((fragment.bytes * SECOND_US) / f.getMediaBytesPerSecond.value);
    session.sending = fragment;
    session.freeUs = endUs;
    if (session.list === null) session.nextFragmentUs = startUs + GAP_US;
    session.event = this.#sim.scheduleAt(endUs, this.#given, session);
  }
  #nextOfList(list: number[]): KeptFragment | undefined {
    while (list.length > 0) {
      const found = this.#log.find(list.shift() as number, this.#sim.now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #give(session: Session): void {
    const fragment = session.sending as KeptFragment;
    session.event = null;
    session.position = fragment.FragmentNumber;
    this.#metrics.sent(session.list !== null, fragment.bytes);
    if (session.list === null) this.#metrics.behindMs.record((this.#sim.now - fragment.ServerTimestampUs) / 1000);
    session.viewer.onFragment(session.tag, fragment);
    if (this.#sessions.has(session.id) && session.event === null) this.#goOn(session);
  }

  #goOn(session: Session): void {
    session.event = null;
    this.#next(session);
    if (session.event === null && session.list !== null) {
      this.#sessions.delete(session.id);
      session.viewer.onEnd(session.tag);
    }
  }

  #positionOf(selector: StartSelector): number {
    switch (selector.Type) {
      case 'NOW':
        return this.#before(() => false);
      case 'EARLIEST':
        return -1;
      case 'FRAGMENT_NUMBER':
      case 'CONTINUATION_TOKEN':
        return selector.AfterFragmentNumber;
      case 'PRODUCER_TIMESTAMP':
        return this.#before(({ ProducerTimestampUs }) => ProducerTimestampUs >= selector.StartTimestampUs);
      case 'SERVER_TIMESTAMP':
        return this.#before(({ ServerTimestampUs }) => ServerTimestampUs >= selector.StartTimestampUs);
    }
  }
  /** The last fragment before the first of these. */
  #before(wanted: (fragment: KeptFragment) => boolean): number {
    let last = -1;
    for (const fragment of this.#log.all(this.#sim.now)) {
      if (wanted(fragment)) break;
      last = fragment.FragmentNumber;
    }
    return last;
  }
}
