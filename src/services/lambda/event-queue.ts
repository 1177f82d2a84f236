/**
 * Asynchronous invocation: Lambda takes an event in, answers at once, and invokes the function by itself. What a topic calls.
 *
 *   caller ──call──▶ event queue ──▶ function ─┬─ done
 *   caller ◀─ ok ──────┘   ▲                   ├─ threw or timed out: again after 1 and 2 minutes, then dropped
 *                          └───────────────────┴─ throttled: again after 1 s, 2 s, … 5 min, until the event is too old
 */
import { childPath } from '../../calls/index.ts';
import { lambdaFacts } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import { type Callee, type Caller, type Counter, type Metrics, Outcome, type Requests } from '../ports.ts';
import type { InvocationOwner, LambdaEvent, LambdaOperations } from './operations.ts';

const US_PER_SECOND = 1_000_000;
const MAX_AGE_US = lambdaFacts.eventMaxAgeSeconds.value * US_PER_SECOND;
const MOST_BYTES = lambdaFacts.eventPayloadBytes.value;
const FIRST_RETRY_US = lambdaFacts.eventFirstRetrySeconds.value * US_PER_SECOND;
const THROTTLE_FIRST_US = lambdaFacts.eventThrottleFirstSeconds.value * US_PER_SECOND;
const THROTTLE_MOST_US = lambdaFacts.eventThrottleMostSeconds.value * US_PER_SECOND;

/** An event that is not done; pooled. */
interface Pending {
  readonly index: number;
  readonly event: LambdaEvent;
  /** Of its first attempt. */
  path: number;
  receivedUs: number;
  failures: number;
  throttleWaitUs: number;
}

/** What becomes of events, told at the instant it happens. The request is held until then. */
export interface EventObserver {
  onHandled(request: number): void;
  /** The function begins on it; it has thrown, or ran out of time. */
  onBegun?(request: number): void;
  onFailed?(request: number): void;
  /** Given up: after its last retry, or too old. */
  onDropped(request: number): void;
}

export interface EventQueuePorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
  readonly target: LambdaOperations;
  readonly observer: EventObserver;
}

export class LambdaEventQueue implements Callee, InvocationOwner {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #target: LambdaOperations;
  readonly #observer: EventObserver;
  readonly #pending: Pending[] = [];
  readonly #free: number[] = [];
  readonly #received: Counter;
  readonly #dropped: Counter;
  readonly #again = (index: number): void => {
    this.#attempt(this.#pending[index] as Pending);
  };

  constructor(sim: Simulation, ports: EventQueuePorts) {
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#target = ports.target;
    this.#observer = ports.observer;
    this.#received = ports.metrics.counter('AsyncEventsReceived', 'Count');
    this.#dropped = ports.metrics.counter('AsyncEventsDropped', 'Count');
  }

  /** Taken in unless it is too large, and answered at once: throttling is Lambda's own business then. */
  call(request: number, path: number, caller: Caller, tag: number): number {
    if (this.#requests.bytes(request) > MOST_BYTES) {
      caller.onReply(tag, Outcome.denied);
      return -1;
    }
    this.#requests.retain(request);
    this.#received.add(1);
    const pending = this.#take();
    pending.event.request[0] = request;
    pending.path = path;
    pending.event.path[0] = path;
    pending.receivedUs = this.#sim.now;
    pending.failures = 0;
    pending.throttleWaitUs = THROTTLE_FIRST_US;
    this.#attempt(pending);
    caller.onReply(tag, Outcome.ok);
    return -1;
  }

  /** Nobody waits: there is no ticket to leave. */
  abandon(): void {}
  disown(): void {}

  onItem(): void {}

  onInvoked(index: number, success: boolean): void {
    const pending = this.#pending[index] as Pending;
    if (success) {
      this.#over(pending, true);
      return;
    }
    this.#observer.onFailed?.(pending.event.request[0] as number);
    pending.failures++;
    if (pending.failures > lambdaFacts.eventRetries.value) this.#over(pending, false);
    else {
      pending.event.path[0] = childPath(pending.path, pending.failures);
      this.#tryLater(pending, FIRST_RETRY_US * pending.failures);
    }
  }

  #attempt(pending: Pending): void {
    const refused = this.#target.invoke(pending.event, 'throw', this, pending.index);
    if (refused === null) {
      this.#observer.onBegun?.(pending.event.request[0] as number);
      return;
    }
    const wait = pending.throttleWaitUs;
    pending.throttleWaitUs = Math.min(THROTTLE_MOST_US, wait * 2);
    this.#tryLater(pending, wait);
  }

  #tryLater(pending: Pending, waitUs: number): void {
    if (this.#sim.now + waitUs - pending.receivedUs > MAX_AGE_US) this.#over(pending, false);
    else this.#sim.schedule(waitUs, this.#again, pending.index);
  }

  #over(pending: Pending, handled: boolean): void {
    const request = pending.event.request[0] as number;
    this.#free.push(pending.index);
    if (handled) this.#observer.onHandled(request);
    else {
      this.#dropped.add(1);
      this.#observer.onDropped(request);
    }
    this.#requests.release(request);
  }

  #take(): Pending {
    const reused = this.#free.pop();
    if (reused !== undefined) return this.#pending[reused] as Pending;
    const made: Pending = {
      index: this.#pending.length,
      event: { count: 1, request: new Float64Array(1), path: new Float64Array(1) },
      path: 0,
      receivedUs: 0,
      failures: 0,
      throttleWaitUs: 0,
    };
    this.#pending.push(made);
    return made;
  }
}
