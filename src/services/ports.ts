/**
 * How services meet. A service knows these ports, the kernel and its own rules, never another service; `experiment` wires them.
 *
 *   caller ──call(request, path, …)──▶ callee          request: index into the world's table of requests
 *   caller ◀──onReply(tag, outcome)─── callee          path: which attempts led here; draws belong to (request, path)
 */

/** How a call ended, as the callee tells it. Operating errors are values, not exceptions. */
export const Outcome = {
  ok: 0,
  /** The work was done, or tried, and failed. */
  failed: 1,
  /** Not taken in: queue full, connection limit, load shed. */
  refused: 2,
  /** Nobody there: down. Answered at once. */
  unavailable: 3,
  /** Refused for its rate. */
  throttled: 4,
  /** The caller gave up waiting. Only ever produced on the caller's side. */
  timedOut: 5,
  /** The caller's own breaker or budget kept the call back. Only ever produced on the caller's side. */
  keptBack: 6,
  /** Not allowed to: trying again is of no use, and no client does. */
  denied: 7,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface Caller {
  /** Called once per accepted call, at the instant the answer leaves the callee. */
  onReply(tag: number, outcome: Outcome): void;
  /** The work of a call that was abandoned has ended all the same. */
  onLateReply(request: number, outcome: Outcome): void;
}

export interface Callee {
  /**
   * Takes one call in and answers it through `caller.onReply(tag, …)`, at once or later, exactly once, unless it is abandoned.
   * Returns a ticket for `abandon`, or -1 where the answer was given at once.
   */
  call(request: number, path: number, caller: Caller, tag: number): number;
  /**
   * The caller has left without its answer. With `stop` the work behind the ticket ends here; without, it goes on for nobody.
   * No reply follows either way (work that goes on ends in `onLateReply`). A ticket is good until the reply; the caller never uses it after.
   */
  abandon(ticket: number, stop: boolean): void;
  /** Whoever is at the root of the call has left, though this caller still waits: the time spent from here on is wasted. */
  disown(ticket: number): void;
}

/** What services may know of a request, and what they owe it: whoever keeps a request's index across events retains it. */
export interface Requests {
  retain(request: number): void;
  release(request: number): void;
  /** Server time, in microseconds, spent on an attempt that nobody waited for any more or that failed. */
  wasted(request: number, us: number): void;
  /** Place in the traffic's own order of arrival, the same in every design: with `path` it selects the draws. */
  ordinal(request: number): number;
  bytes(request: number): number;
  /** Partition key, message group, row: a whole number from 0; -1 where it bears none. Equal numbers are equal keys, whatever the traffic. */
  key(request: number): number;
  /** Whether handlers always fail on it. */
  isPoison(request: number): boolean;
}

/** A count over time, e.g. messages sent. */
export interface Counter {
  add(count: number): void;
}
/** A level over virtual time, e.g. messages in a queue. */
export interface Level {
  set(level: number): void;
  add(difference: number): void;
}
/** A distribution of observations, e.g. waiting times. */
export interface Observations {
  record(value: number): void;
}
/** Seconds since an instant that moves: the age of the oldest message. */
export interface Age {
  /** `sinceUs`: when the oldest came; -1 when there is none (age 0). */
  since(sinceUs: number): void;
}

/** Where a resource reports its metrics; names and units are CloudWatch's where it has them. Each is asked for once, at construction. */
export interface Metrics {
  /** `overTime`: false keeps the sum alone, without a series; default true. */
  counter(name: string, unit: string, overTime?: boolean): Counter;
  /** `distribution`: keep the share of time at each level too (for small whole levels). */
  level(name: string, unit: string, distribution?: boolean): Level;
  observations(name: string, unit: string): Observations;
  age(name: string): Age;
}

/** Messages in a client's hands, in columns of equal length. */
export interface MessageColumns {
  /** The row of each one's request. */
  readonly body: Float64Array;
  readonly handle: Float64Array;
  readonly receiveCount: Int32Array;
  readonly id: Float64Array;
  readonly group: Float64Array;
  readonly sequence: Float64Array;
}

/**
 * Takes down what one client does at one resource and what it is told, as it happens: the history that guarantees are judged by. Whoever has none to tell
 * holds null, and nothing else changes. `who`: which instance of the client. Requests are rows that the client holds while it tells of them. `agoUs`: how long ago the service answered.
 */
export interface Witness {
  /** A call begins: its number, for what is told of it later. */
  begin(): number;
  /** The whole of what a sender wants, retries included; or one attempt of a service at another. */
  requesting(who: number, call: number, request: number): void;
  answered(who: number, call: number, request: number, outcome: Outcome): void;
  /** A send into a queue, or a publish to a topic. `deduplication`, `group`: -1 where there is none. */
  sending(who: number, call: number, request: number, group: number, deduplication: number): void;
  /** `ids[at]` and `sequences[at]`: what the service gave it, where the outcome is ok. */
  sent(
    who: number,
    call: number,
    request: number,
    group: number,
    deduplication: number,
    outcome: Outcome,
    agoUs: number,
    ids: Float64Array,
    sequences: Float64Array,
    at: number,
  ): void;
  /** The sender left without an answer. */
  sendUnknown(who: number, call: number, request: number): void;
  /** Messages `from` to `to` (exclusive) of an answer. `visibilitySeconds`: what the client asked for; negative: the queue's own. */
  received(
    who: number,
    call: number,
    agoUs: number,
    messages: MessageColumns,
    from: number,
    to: number,
    visibilitySeconds: number,
  ): void;
  /** A subscription stands: what is published from now on comes to it. `queue`: what it reads, as the group of what it receives. */
  subscribed(who: number, queue: number): void;
  /** A whole call to receive came back with an error (`failed`), or not at all (`timedOut`): of a broker, the line on which it pushes is gone, and all that came on it is in nobody's hands. */
  receiveFailed(who: number, call: number, outcome: Outcome): void;
  deleting(who: number, call: number, messages: MessageColumns, from: number, to: number): void;
  /** `outcomes`: of each message, an `Outcome`. */
  deleted(
    who: number,
    call: number,
    messages: MessageColumns,
    from: number,
    to: number,
    outcomes: Uint8Array,
    agoUs: number,
  ): void;
  /** No answer came. */
  deleteUnknown(who: number, call: number, messages: MessageColumns, from: number, to: number): void;
  /** ChangeMessageVisibility, with its answer. */
  visibility(who: number, messages: MessageColumns, at: number, seconds: number, outcome: Outcome): void;
  /** A handler begins on a message, and ends: its effect is there, or (`failed`) isn't. */
  handling(who: number, call: number, messages: MessageColumns, at: number): void;
  handled(who: number, call: number, messages: MessageColumns, at: number, outcome: Outcome): void;
  /** The same where a function is given a request itself, without a queue before it. */
  invoking(who: number, call: number, request: number): void;
  invoked(who: number, call: number, request: number, outcome: Outcome): void;
  /** A subscription, by its number among all, must be given a request that was published. `group`: as its endpoint is told. */
  owed(request: number, subscription: number, message: number, group: number, sequence: number): void;
  /** It was given the delivery, or the topic has given it up. */
  delivered(delivery: number, outcome: Outcome): void;
}

/** The same of an application that counts records in windows. `split`: as it numbers what it reads. */
export interface WindowWitness {
  /** It is about to count a record; then it is late for all its windows; or the first result that has it was taken. */
  counting(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void;
  late(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void;
  counted(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void;
  /** A window of a key has a result; it may leave later. */
  result(key: number, startUs: number, endUs: number, count: number): void;
  /** After a restart: it reads on behind this record; -1: from the beginning of the split. */
  resuming(split: number, sequence: number): void;
}

/** What a handler works on: one message, or one item of an event. */
export interface HandledItem {
  /** Who works on it, among all workers of the owner, and in which instance. */
  readonly worker: number;
  readonly instance: number;
  readonly request: number;
  /** Selects its luck, with the request. */
  readonly path: number;
  /** Where it lies in its owner's hands; null: it came without a queue. */
  readonly messages: MessageColumns | null;
  readonly at: number;
}

/** Runs code of the user's in the place of what a simulated handler would do. Whoever has none holds null, and nothing else changes. */
export interface HandlerRunner {
  /** Whether the code takes its time itself: then it `begin`s with the handler; else it is `run` when the handler's time and calls are over. */
  readonly takesTime: boolean;
  /** `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly Callee[]): void;
  /** The owner hears `onCodeOver`, later, unless the worker is dropped before. `fails`: the attempt goes wrong, whatever the code does. */
  begin(item: HandledItem, fails: boolean, owner: HandlerRunnerOwner): void;
  /** Whether it went well. */
  run(item: HandledItem): boolean;
  /** What the worker had begun ends here; nothing of it runs any more. */
  drop(worker: number): void;
}

export interface HandlerRunnerOwner {
  /** Factor on the times that begin now. */
  readonly slowness: number;
  onCodeOver(worker: number, success: boolean): void;
}
