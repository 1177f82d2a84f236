/**
 * A history as a timeline: events of Chrome's trace format, as Perfetto shows them. Written as the history goes by; kept is what is open.
 *
 *     call, handler     X   on a thread of its client's instance: a send, a publish, a batch of messages on its way, a delete, a piece of work
 *     message           b e on its queue: in the queue, in flight
 *     delivery          b e on its topic: from owed to made
 *     arrow             s f from one span of a request to the next: from its send to those who have it in hand, one after the other
 *     count             C   messages in a queue
 *     fault             X   on the run; healed, quiesced, end: i
 *
 * The format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU, and what Perfetto says of it,
 * perfetto.dev/docs/getting-started/other-formats (events that overlap on a thread are no part of it). Instants in microseconds.
 */
import { type HistoryChunk, type HistoryRecord, type Names, recordAt } from './record.ts';
import type { HistorySink } from './recorder.ts';
import { type DeadLetters, TimelineQueues } from './timeline-queues.ts';
import { type Lane, type Party, Tracks, type Write } from './timeline-tracks.ts';

export interface TimelineOptions {
  /** Records that are drawn; what comes after them is counted. */
  readonly most: number;
  /** Senders, in declared order: some of the clients. */
  readonly traffic: readonly string[];
  /** Resources, in declared order. */
  readonly resources: readonly { readonly name: string; readonly type: string }[];
  /** A queue's own visibility timeout, microseconds. */
  readonly visibilityUs: (queue: string) => number;
  /** Where its messages go after so many receives; null: nowhere. */
  readonly deadLetters: (queue: string) => DeadLetters | null;
  /** What a subscription delivers to. */
  readonly subscription: (topic: string, place: number) => string;
  /** The number of messages in a queue is told no more often. */
  readonly stepUs: number;
}

/** A call, or a piece of work: one for all messages of a batch. */
interface Span {
  readonly lane: Lane;
  readonly name: string;
  readonly cat: string;
  readonly startUs: number;
  readonly requests: number[];
  /** Messages that were asked for, and those that an answer came for. */
  messages: number;
  answered: number;
  readonly outcomes: Map<string, number>;
}

/** The last span of a request: where its next arrow begins. */
interface Hop {
  readonly pid: number;
  readonly tid: number;
  readonly us: number;
}

/** Requests of a span that are named. */
const MOST_NAMED = 10;
/** Requests of which is known where they were last; of others the next arrow is missing. */
const MOST_HOPS = 200_000;
const RUN: Party = { kind: 'run', name: 'run' };

export class Timeline implements HistorySink {
  records = 0;
  dropped = 0;
  events = 0;
  /** Calls and deliveries that are not drawn, since their client had too many at once. */
  notDrawn = 0;
  readonly #options: TimelineOptions;
  readonly #write: Write;
  readonly #tracks: Tracks;
  readonly #queues: TimelineQueues;
  readonly #parties = new Map<string, Party>();
  readonly #senders: ReadonlySet<string>;
  readonly #open = new Map<string, Span>();
  readonly #owed = new Map<string, string[]>();
  readonly #hops = new Map<string, Hop>();
  /** Messages of one answer come in a row. */
  #answer: HistoryRecord[] = [];
  #lastNotDrawn = '';
  #ids = 0;
  #lastUs = 0;

  /** `write` takes one event, a JSON object. */
  constructor(write: Write, options: TimelineOptions) {
    this.#options = options;
    this.#write = (event) => {
      this.events++;
      write(event);
    };
    const senders = options.traffic.map((name): Party => ({ kind: 'traffic', name }));
    const resources = options.resources.map(({ name, type }): Party => ({ kind: type, name }));
    this.#senders = new Set(options.traffic);
    for (const party of resources) this.#parties.set(party.name, party);
    this.#tracks = new Tracks(this.#write, [RUN, ...senders, ...resources]);
    this.#queues = new TimelineQueues({
      write: this.#write,
      tracks: this.#tracks,
      partyOf: (queue) => this.#resource(queue),
      visibilityUs: options.visibilityUs,
      deadLetters: options.deadLetters,
      stepUs: options.stepUs,
      nextId: () => this.#nextId(),
    });
  }

  /** Messages that are not drawn, since their queue had too many at once. */
  get messagesNotDrawn(): number {
    return this.#queues.notDrawn;
  }

  take(chunk: HistoryChunk, names: Names): void {
    for (let row = 0; row < chunk.count; row++) {
      if (this.records >= this.#options.most) {
        this.dropped += chunk.count - row;
        return;
      }
      this.records++;
      this.#see(recordAt(chunk, row, names));
    }
  }

  /** Ends what is open. To be called once, whatever became of the run. */
  finish(): void {
    this.#received();
    for (const span of this.#open.values()) this.#close(span, this.#lastUs);
    this.#open.clear();
    for (const [key, ids] of this.#owed) for (const id of ids) this.#delivery('e', key, id, this.#lastUs);
    this.#owed.clear();
    this.#queues.finish(this.#lastUs);
  }

  #see(record: HistoryRecord): void {
    this.#lastUs = Math.max(this.#lastUs, record.us);
    this.#queues.pass(record.us);
    const [first] = this.#answer;
    if (first !== undefined && (record.do !== 'receive' || record.call !== first.call)) this.#received();
    switch (record.do) {
      case 'receive':
        if (record.is === 'ok') this.#answer.push(record);
        else this.#instant(this.#client(record), `receive: ${record.because ?? record.is}`, record.us);
        break;
      case 'request':
      case 'send':
      case 'publish':
      case 'delete':
      case 'handle':
        if (record.is === 'invoke') this.#begins(record);
        else this.#answered(record);
        break;
      case 'visibility':
        this.#instant(this.#client(record), `visibility: ${record.because ?? record.is}`, record.us);
        if (record.is === 'ok') this.#queues.hidden(record);
        break;
      case 'purge':
        this.#instant(this.#resource(record.on ?? ''), 'purge', record.us);
        break;
      case 'owed':
      case 'deliver':
        this.#delivers(record);
        break;
      case 'left':
        this.#queues.left(record);
        break;
      case 'fault':
        this.#fault(record);
        break;
      case 'healed':
      case 'quiesced':
      case 'end':
        this.#instant(RUN, record.do, record.us);
        break;
      case 'read':
      case 'measured':
        break;
    }
  }

  // --- calls and work ---

  #begins(record: HistoryRecord): void {
    const key = callOf(record);
    let span = this.#open.get(key);
    if (span === undefined) {
      const name = record.do === 'handle' ? 'handle' : `${record.do} ${record.on ?? ''}`;
      const started = this.#span(record, name, record.do === 'handle' ? 'work' : 'call', record.us);
      if (started === null) {
        // The messages of a batch come in a row.
        if (this.#lastNotDrawn !== key) this.notDrawn++;
        this.#lastNotDrawn = key;
        return;
      }
      span = started;
      this.#open.set(key, span);
    }
    this.#joins(span, record);
  }

  #answered(record: HistoryRecord): void {
    if (record.is === 'ok' && (record.do === 'send' || record.do === 'publish')) this.#taken(record);
    if (record.is === 'ok' && record.do === 'delete') {
      this.#queues.deleted(record);
      this.#hops.delete(requestKey(record));
    }
    const key = callOf(record);
    const span = this.#open.get(key);
    if (span === undefined) return;
    span.answered++;
    const outcome = record.because ?? record.is;
    span.outcomes.set(outcome, (span.outcomes.get(outcome) ?? 0) + 1);
    if (span.answered < span.messages) return;
    this.#open.delete(key);
    this.#close(span, record.us);
  }

  /** A topic keeps nothing: only queues have messages. */
  #taken(record: HistoryRecord): void {
    if (record.do === 'send') this.#queues.sent(record);
  }

  /** The messages of one answer, on their way from its queue to its client. */
  #received(): void {
    const answer = this.#answer;
    this.#answer = [];
    const [first] = answer;
    if (first === undefined) return;
    const span = this.#span(first, `receive ${first.on ?? ''}`, 'call', first.servedUs ?? first.us);
    for (const record of answer) {
      this.#queues.received(record);
      if (span === null) continue;
      this.#joins(span, record);
      span.answered++;
    }
    if (span === null) {
      this.notDrawn++;
      return;
    }
    span.outcomes.set('ok', answer.length);
    this.#close(span, first.us);
  }

  #span(record: HistoryRecord, name: string, cat: string, startUs: number): Span | null {
    const thread = record.who === undefined ? 'calls' : `#${record.who}`;
    const lane = this.#tracks.lane(this.#client(record), thread, record.who ?? 0, startUs);
    if (lane === null) return null;
    lane.open = true;
    return { lane, name, cat, startUs, requests: [], messages: 0, answered: 0, outcomes: new Map() };
  }

  #joins(span: Span, record: HistoryRecord): void {
    span.messages++;
    if (record.entity === undefined) return;
    if (span.requests.length < MOST_NAMED) span.requests.push(record.entity);
    const { pid, tid } = span.lane;
    const here = { pid, tid, us: span.startUs };
    const key = requestKey(record);
    const from = this.#hops.get(key) ?? this.#hops.get(String(record.entity));
    // A delete comes right after the work, on the same thread.
    if (record.do === 'delete') return;
    if (from !== undefined) this.#arrow(from, here);
    this.#hops.delete(key);
    if (this.#hops.size >= MOST_HOPS) {
      for (const [oldest] of this.#hops) {
        this.#hops.delete(oldest);
        break;
      }
    }
    this.#hops.set(key, here);
  }

  /** From begin to begin. An answer that was long on its way begins before what was seen meanwhile: no arrow goes back in time. */
  #arrow(one: Hop, other: Hop): void {
    const [from, to] = one.us <= other.us ? [one, other] : [other, one];
    const arrow = `{"name":"request","cat":"request","id":"${this.#nextId()}"`;
    this.#write(`${arrow},"ph":"s","ts":${from.us},"pid":${from.pid},"tid":${from.tid}}`);
    this.#write(`${arrow},"ph":"f","bp":"e","ts":${to.us},"pid":${to.pid},"tid":${to.tid}}`);
  }

  #close(span: Span, endUs: number): void {
    const { lane, name, cat, startUs, requests, messages, answered, outcomes } = span;
    lane.open = false;
    lane.lastStartUs = startUs;
    lane.lastEndUs = endUs;
    if (answered < messages) outcomes.set('no answer', messages - answered);
    const outcome = [...outcomes].map(([is, count]) => (messages === 1 ? is : `${count} ${is}`)).join(', ');
    const { pid, tid } = lane;
    const args = { request: requests.length === 1 ? requests[0] : requests, messages, outcome };
    this.#write(JSON.stringify({ name, cat, ph: 'X', ts: startUs, dur: endUs - startUs, pid, tid, args }));
  }

  // --- deliveries ---

  #delivers(record: HistoryRecord): void {
    const { us, on = '', entity, subscription } = record;
    if (subscription === undefined) return;
    const key = `${entity}/${subscription}/${on}`;
    const ids = this.#owed.get(key) ?? [];
    if (record.do === 'owed') {
      if (this.#owed.size >= MOST_HOPS) {
        this.notDrawn++;
        return;
      }
      const id = this.#nextId();
      this.#owed.set(key, [...ids, id]);
      this.#delivery('b', key, id, us);
      return;
    }
    const [id, ...others] = ids;
    if (id === undefined) return;
    this.#delivery('e', key, id, us, record.because ?? record.is);
    if (others.length > 0) this.#owed.set(key, others);
    else this.#owed.delete(key);
  }

  #delivery(ph: 'b' | 'e', key: string, id: string, ts: number, outcome?: string): void {
    const [request, place, ...topic] = key.split('/');
    const on = topic.join('/');
    const pid = this.#tracks.pid(this.#resource(on));
    const name = `to ${this.#options.subscription(on, Number(place))}`;
    const args = ph === 'b' ? { request: Number(request) } : { outcome: outcome ?? 'no answer' };
    this.#write(JSON.stringify({ name, cat: 'delivery', ph, id, ts, pid, args }));
  }

  // --- the run ---

  #fault({ us, on = '', is }: HistoryRecord): void {
    const key = `fault/${on}`;
    const span = this.#open.get(key);
    if (is !== 'invoke') {
      if (span === undefined || ++span.answered < span.messages) return;
      span.outcomes.set('over', 1);
      this.#open.delete(key);
      this.#close(span, us);
      return;
    }
    if (span !== undefined) {
      span.messages++;
      return;
    }
    const lane = this.#tracks.lane(RUN, `faults of ${on}`, 0, us);
    if (lane === null) return;
    lane.open = true;
    const fault = { lane, name: 'fault', cat: 'fault', startUs: us, requests: [], messages: 1, answered: 0 };
    this.#open.set(key, { ...fault, outcomes: new Map() });
  }

  #instant(party: Party, name: string, ts: number): void {
    this.#write(JSON.stringify({ name, cat: 'mark', ph: 'i', s: 'p', ts, pid: this.#tracks.pid(party), tid: 0 }));
  }

  #client(record: HistoryRecord): Party {
    const { client = 'somebody', subscription } = record;
    const sends = record.do === 'request' || record.do === 'publish' || record.do === 'send';
    // A topic may be called as a traffic is; it sends deliveries.
    if (sends && subscription === undefined && this.#senders.has(client)) return { kind: 'traffic', name: client };
    return this.#resource(client);
  }

  #resource(name: string): Party {
    return this.#parties.get(name) ?? { kind: 'client', name };
  }

  #nextId(): string {
    return `0x${(++this.#ids).toString(16)}`;
  }
}

/** All messages of a batch share a call; where there is none the request stands for it. */
function callOf(record: HistoryRecord): string {
  const { call, client, who, on, entity, subscription } = record;
  return call === undefined ? `${record.do}/${client}/${who}/${on}/${entity}/${subscription}` : `${call}`;
}

function requestKey({ entity, subscription }: HistoryRecord): string {
  return subscription === undefined ? `${entity}` : `${entity}/${subscription}`;
}
