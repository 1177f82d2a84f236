/**
 * A Lambda function.
 *
 *   invoke ─▶ concurrency (reserved, or the account's) ─▶ environment: warm, or new ─▶ cold start ─┐
 *     └─ throttled                                                                                 ▼
 *   owner ◀─ onInvoked ◀── all done, thrown, or out of time ◀── item after item: own time, calls in turn
 *
 * An item that ends at the very instant of the timeout is still in time. What the handler has called when its time is over goes on for nobody.
 */
import { type CallPath, childPath, repeatedCallPath } from '../../calls/index.ts';
import {
  compileVariate,
  type Handle,
  type KeyedStream,
  type Simulation,
  TimeoutLane,
  type Variate,
} from '../../kernel/index.ts';
import {
  type Caller,
  type Counter,
  type HandledItem,
  type HandlerRunner,
  type HandlerRunnerOwner,
  type Level,
  type Metrics,
  type Observations,
  Outcome,
  type Requests,
} from '../ports.ts';
import type { ConcurrencyPool, LambdaAccount } from './account.ts';
import { Environments } from './environments.ts';
import type { InvocationOwner, LambdaEvent, LambdaOperations, OnItemFailure, Refusal } from './operations.ts';
import type { FunctionSettings } from './settings.ts';

/** Running out of time is a decision: it comes after all that happens at its instant. */
const DECISION = 2;
const US_PER_MS = 1000;

/** One invocation under way; pooled. */
interface Execution {
  readonly index: number;
  /** Moves on with each invocation, so that a timeout knows whether it is still meant. */
  generation: number;
  live: boolean;
  event: LambdaEvent;
  onFailure: OnItemFailure;
  owner: InvocationOwner;
  tag: number;
  at: number;
  callIndex: number;
  ticket: number;
  timer: Handle | -1;
  /** How long its environment took to start; 0: it was warm. */
  initUs: number;
  startedUs: number;
}

export interface FunctionPorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
  readonly account: LambdaAccount;
  /** Code in the place of the handler's own success; default: null. */
  readonly code?: HandlerRunner | null;
}

export class LambdaFunction implements LambdaOperations, Caller, HandlerRunnerOwner {
  readonly settings: FunctionSettings;
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #pool: ConcurrencyPool;
  readonly #environments: Environments;
  readonly #code: HandlerRunner | null;
  readonly #time: Variate;
  readonly #coldStart: Variate;
  readonly #work: KeyedStream;
  readonly #luck: KeyedStream;
  readonly #choices: KeyedStream;
  readonly #starts: KeyedStream;
  readonly #lane: TimeoutLane;
  readonly #occurrence: readonly number[];
  #calls: readonly CallPath[] = [];
  readonly #slowdowns: number[] = [];
  #slow = 1;
  readonly #errorShares: number[] = [];
  #failureRate: number;
  #outages = 0;
  readonly #executions: Execution[] = [];
  readonly #free: number[] = [];
  readonly #invocations: Counter;
  readonly #errors: Counter;
  readonly #throttles: Counter;
  readonly #coldStarts: Counter;
  readonly #timeouts: Counter;
  readonly #concurrent: Level;
  readonly #duration: Observations;
  readonly #billed: Counter;

  readonly #started = (index: number): void => {
    const execution = this.#executions[index] as Execution;
    execution.timer = -1;
    this.#begin(execution);
  };
  readonly #ownTimeOver = (index: number): void => {
    const execution = this.#executions[index] as Execution;
    execution.timer = -1;
    this.#afterOwnTime(execution);
  };

  constructor(sim: Simulation, settings: FunctionSettings, ports: FunctionPorts) {
    this.settings = settings;
    this.#failureRate = settings.handler.failureRate;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#pool = ports.account.poolOf(settings.reservedConcurrency);
    this.#code = ports.code ?? null;
    this.#environments = new Environments(settings.keepWarmUs);
    this.#time = compileVariate(settings.handler.time);
    this.#coldStart = compileVariate(settings.coldStart);
    // As a consumer's: the same message has the same luck, whichever of the two handles it.
    this.#work = sim.keyedStream(`${settings.name}/handler`);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
    this.#choices = sim.keyedStream(`${settings.name}/calls`);
    this.#starts = sim.keyedStream(`${settings.name}/coldStart`);
    this.#lane = new TimeoutLane(
      sim,
      settings.timeoutUs,
      (index) => this.#timedOut(this.#executions[index] as Execution),
      (index, generation) => {
        const execution = this.#executions[index] as Execution;
        return execution.live && execution.generation === generation;
      },
      DECISION,
    );
    const seen = new Map<string, number>();
    this.#occurrence = settings.handler.calls.map(({ to }) => {
      const before = seen.get(to) ?? 0;
      seen.set(to, before + 1);
      return before;
    });
    const { metrics } = ports;
    this.#invocations = metrics.counter('Invocations', 'Count');
    this.#errors = metrics.counter('Errors', 'Count');
    this.#throttles = metrics.counter('Throttles', 'Count');
    this.#coldStarts = metrics.counter('ColdStarts', 'Count');
    this.#timeouts = metrics.counter('FunctionTimeouts', 'Count');
    this.#concurrent = metrics.level('ConcurrentExecutions', 'Count');
    this.#duration = metrics.observations('Duration', 'Milliseconds');
    this.#billed = metrics.counter('BilledDuration', 'Milliseconds', false);
  }

  /** Wires the services that the handler calls; `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#calls = calls;
    this.#code?.connect(calls);
  }

  /** Makes handler times begun from now on longer by a factor, on top of others in force; the returned function ends it. */
  slowDown(factor: number): () => void {
    this.#slowdowns.push(factor);
    this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    return () => {
      this.#slowdowns.splice(this.#slowdowns.indexOf(factor), 1);
      this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    };
  }

  /** Lets a share of the attempts at an item fail, besides those that fail anyway; the returned function ends it. */
  addErrors(share: number): () => void {
    const change = (): void => {
      const works = this.#errorShares.reduce((product, each) => product * (1 - each), 1);
      this.#failureRate = 1 - (1 - this.settings.handler.failureRate) * works;
    };
    this.#errorShares.push(share);
    change();
    return () => {
      this.#errorShares.splice(this.#errorShares.indexOf(share), 1);
      change();
    };
  }

  /** Lambda begins no invocation; those under way go on. The returned function ends it. */
  takeDown(): () => void {
    this.#outages++;
    return () => {
      this.#outages--;
    };
  }

  invoke(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Refusal | null {
    if (this.#outages > 0) return 'ServiceException';
    const refused = this.#pool.take();
    if (refused !== null) {
      this.#throttles.add(1);
      return refused;
    }
    const start = this.#environments.take(this.#sim.now);
    if (start === 'throttled') {
      this.#pool.give();
      this.#throttles.add(1);
      return 'FunctionInvocationRateLimitExceeded';
    }
    this.#invocations.add(1);
    this.#concurrent.add(1);
    const execution = this.#take(event, onFailure, owner, tag);
    let wait = 0;
    if (start === 'cold') {
      this.#coldStarts.add(1);
      const draws = this.#starts.at(this.#requests.ordinal(event.request[0] as number), event.path[0] as number);
      wait = Math.floor((this.#coldStart.constant ? this.#coldStart.mean : this.#coldStart.draw(draws)) + 0.5);
    }
    execution.initUs = wait;
    execution.timer = this.#sim.schedule(wait, this.#started, execution.index);
    return null;
  }

  // --- the caller of services ---

  onReply(index: number, outcome: Outcome): void {
    const execution = this.#executions[index] as Execution;
    execution.ticket = -1;
    if (outcome !== Outcome.ok) {
      this.#itemOver(execution, false);
      return;
    }
    execution.callIndex++;
    this.#callNext(execution);
  }

  onLateReply(): void {}

  // --- the owner of code ---

  get slowness(): number {
    return this.#slow;
  }

  onCodeOver(index: number, success: boolean): void {
    this.#itemOver(this.#executions[index] as Execution, success);
  }

  // --- an invocation ---

  #begin(execution: Execution): void {
    execution.startedUs = this.#sim.now;
    this.#lane.arm(execution.index, execution.generation);
    this.#handle(execution);
  }

  #handle(execution: Execution): void {
    if (this.#code?.takesTime === true) {
      this.#code.begin(itemOf(execution), this.#fails(execution), this);
      return;
    }
    const time = this.#time.constant ? this.#time.mean : this.#time.draw(this.#draws(this.#work, execution));
    execution.timer = this.#sim.schedule(Math.floor(time * this.#slow + 0.5), this.#ownTimeOver, execution.index);
  }

  #afterOwnTime(execution: Execution): void {
    if (this.#fails(execution)) {
      this.#itemOver(execution, false);
      return;
    }
    execution.callIndex = 0;
    this.#callNext(execution);
  }

  #fails(execution: Execution): boolean {
    const failureRate = this.#failureRate;
    return (
      this.#requests.isPoison(requestOf(execution)) ||
      (failureRate > 0 && this.#draws(this.#luck, execution).uniform() < failureRate)
    );
  }

  #callNext(execution: Execution): void {
    const request = requestOf(execution);
    const own = pathOf(execution);
    const { calls } = this.settings.handler;
    for (let i = execution.callIndex; i < calls.length; i++) {
      const path = repeatedCallPath(own, this.#occurrence[i] as number);
      const share = (calls[i] as { probability: number }).probability;
      if (share < 1 && this.#choices.at(this.#requests.ordinal(request), childPath(path, i + 1)).uniform() >= share) {
        continue;
      }
      execution.callIndex = i;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, execution.index);
      // Answered at once the execution has moved on.
      if (ticket >= 0) execution.ticket = ticket;
      return;
    }
    this.#itemOver(execution, this.#code === null || this.#code.run(itemOf(execution)));
  }

  #itemOver(execution: Execution, success: boolean): void {
    execution.owner.onItem(execution.tag, execution.at, success);
    if (!success && execution.onFailure === 'throw') {
      this.#over(execution, false);
      return;
    }
    execution.at++;
    if (execution.at === execution.event.count || (!success && execution.onFailure === 'stop')) {
      this.#over(execution, true);
    } else this.#handle(execution);
  }

  #timedOut(execution: Execution): void {
    if (execution.timer !== -1) this.#sim.cancel(execution.timer);
    if (execution.ticket >= 0) (this.#calls[execution.callIndex] as CallPath).abandon(execution.ticket, false);
    this.#code?.drop(execution.index);
    execution.timer = -1;
    execution.ticket = -1;
    this.#timeouts.add(1);
    this.#over(execution, false, true);
  }

  /** `lost`: its environment is of no more use. */
  #over(execution: Execution, success: boolean, lost = false): void {
    const { owner, tag } = execution;
    const us = this.#sim.now - execution.startedUs;
    this.#duration.record(us / US_PER_MS);
    this.#billed.add(Math.ceil((execution.initUs + us) / US_PER_MS));
    if (!success) this.#errors.add(1);
    if (!lost) this.#environments.give(this.#sim.now);
    this.#concurrent.add(-1);
    this.#pool.give();
    execution.live = false;
    this.#free.push(execution.index);
    owner.onInvoked(tag, success);
  }

  #take(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Execution {
    const reused = this.#free.pop();
    if (reused === undefined) {
      const index = this.#executions.length;
      const made: Execution = {
        index,
        generation: 0,
        live: true,
        event,
        onFailure,
        owner,
        tag,
        at: 0,
        callIndex: 0,
        ticket: -1,
        timer: -1,
        initUs: 0,
        startedUs: 0,
      };
      this.#executions.push(made);
      return made;
    }
    const execution = this.#executions[reused] as Execution;
    execution.generation++;
    execution.live = true;
    execution.event = event;
    execution.onFailure = onFailure;
    execution.owner = owner;
    execution.tag = tag;
    execution.at = 0;
    execution.callIndex = 0;
    execution.ticket = -1;
    return execution;
  }

  #draws(stream: KeyedStream, execution: Execution): KeyedStream {
    return stream.at(this.#requests.ordinal(requestOf(execution)), pathOf(execution));
  }
}

function requestOf(execution: Execution): number {
  return execution.event.request[execution.at] as number;
}

function pathOf(execution: Execution): number {
  return execution.event.path[execution.at] as number;
}

/** What an invocation has before it, for code. */
function itemOf(execution: Execution): HandledItem {
  const { index, event, at } = execution;
  const { messages = null } = event;
  const request = requestOf(execution);
  return { worker: index, instance: index, request, path: pathOf(execution), messages, at };
}
