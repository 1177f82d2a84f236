/**
 * Runs the code of one handler, for all workers of its consumer or function.
 *
 *   owner ──begin──▶ generator ──yield sleep, work──▶ timer ─┐
 *                        ▲     ──yield call─────────▶ CallPath│
 *                        └───────────── answer ◀─────────────┘      returned, threw ──▶ owner.onCodeOver
 *
 * A handling that ends from outside (a crash, a function's timeout) is dropped where it stands: no `finally` runs, as in a process that died. Its
 * calls go on for nobody.
 */
import { childPath, repeatedCallPath } from '../calls/index.ts';
import { compileVariate, type Handle, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import {
  type Callee,
  type Caller,
  type HandledItem,
  type HandlerRunner,
  type HandlerRunnerOwner,
  Outcome,
} from '../services/ports.ts';
import {
  answerOf,
  checkCode,
  checkReturned,
  type GeneratorHandler,
  type HandlerAnswer,
  type HandlerCode,
  HandlerCodeError,
  type HandlerContext,
  HandlerFailure,
  type HandlerMessage,
  type HandlerStep,
  type HandlerSteps,
  isGenerator,
} from './handler-code.ts';
import { type RequestTable, trafficOf } from './requests.ts';
import type { HandlerSettings } from './settings.ts';

const US_PER_MS = 1000;
/** Children of a handling's path that are the second and later `work` of it: above all calls. */
const WORKS = 1 << 21;
/** An attempt that the scenario has fail does so at one `yield` or the next, by lot, or else at its end. */
const FAILS_HERE = 0.5;

export interface RunnerPorts {
  readonly requests: RequestTable;
  /** Names, by the numbers of the table. */
  readonly traffic: readonly string[];
  readonly handler: HandlerSettings;
}

/** One worker of the owner. */
interface Slot {
  readonly index: number;
  readonly random: KeyedStream;
  readonly lot: KeyedStream;
  item: HandledItem | null;
  owner: HandlerRunnerOwner | null;
  /** null: nothing is under way. */
  steps: HandlerSteps | null;
  /** The scenario has this attempt fail, and it has not done so yet. */
  fails: boolean;
  works: number;
  /** Calls so far, by whom they went to. */
  readonly called: Map<string, number>;
  timer: Handle | -1;
  /** Of the call under way, and who has it. */
  ticket: number;
  callee: Callee | null;
}

export class CodeRunner implements HandlerRunner, Caller {
  readonly takesTime: boolean;
  readonly #sim: Simulation;
  readonly #name: string;
  readonly #code: HandlerCode;
  readonly #ports: RunnerPorts;
  readonly #time: Variate;
  readonly #work: KeyedStream;
  readonly #slots: Slot[] = [];
  #calls: readonly Callee[] = [];

  readonly #begun = (index: number): void => {
    const slot = this.#slots[index] as Slot;
    slot.timer = -1;
    const { steps } = slot;
    if (steps !== null) this.#advance(slot, () => steps.next('ok'));
  };
  readonly #timePassed = (index: number): void => {
    const slot = this.#slots[index] as Slot;
    slot.timer = -1;
    this.#resume(slot, 'ok');
  };

  /** `name`: of the consumer or function. Throws HandlerCodeError where the code is none. */
  constructor(sim: Simulation, name: string, code: HandlerCode, ports: RunnerPorts) {
    checkCode(name, code);
    this.takesTime = isGenerator(code);
    this.#sim = sim;
    this.#name = name;
    this.#code = code;
    this.#ports = ports;
    this.#time = compileVariate(ports.handler.time);
    // As a handler's without code: the same message takes the same time.
    this.#work = sim.keyedStream(`${name}/handler`);
  }

  /** Wires what the handler calls; `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly Callee[]): void {
    this.#calls = calls;
  }

  run(item: HandledItem): boolean {
    const slot = this.#take(item);
    let returned: unknown;
    try {
      returned = this.#code(this.#messageOf(item), this.#contextOf(slot, item));
    } catch {
      return false;
    }
    checkReturned(this.#name, returned);
    return true;
  }

  begin(item: HandledItem, fails: boolean, owner: HandlerRunnerOwner): void {
    const slot = this.#take(item);
    slot.owner = owner;
    slot.fails = fails;
    slot.works = 0;
    slot.called.clear();
    slot.steps = (this.#code as GeneratorHandler)(this.#messageOf(item), this.#contextOf(slot, item));
    // By an event of this instant, so that its owner is never told anything while it is still about to begin.
    slot.timer = this.#sim.schedule(0, this.#begun, slot.index);
  }

  drop(index: number): void {
    const slot = this.#slots[index];
    if (slot === undefined || slot.steps === null) return;
    if (slot.timer !== -1) this.#sim.cancel(slot.timer);
    if (slot.ticket >= 0) slot.callee?.abandon(slot.ticket, false);
    this.#clear(slot);
  }

  // --- the caller of services ---

  onReply(index: number, outcome: Outcome): void {
    const slot = this.#slots[index] as Slot;
    slot.ticket = -1;
    slot.callee = null;
    this.#resume(slot, answerOf(outcome));
  }

  onLateReply(): void {}

  // --- a handling ---

  #resume(slot: Slot, answer: HandlerAnswer): void {
    const { steps } = slot;
    if (steps === null) return;
    if (!slot.fails || slot.lot.uniform() >= FAILS_HERE) this.#advance(slot, () => steps.next(answer));
    else {
      slot.fails = false;
      this.#advance(slot, () => steps.throw(new HandlerFailure('the scenario has this attempt fail')));
    }
  }

  #advance(slot: Slot, go: () => IteratorResult<HandlerStep, void>): void {
    let result: IteratorResult<HandlerStep, void>;
    try {
      result = go();
    } catch {
      this.#over(slot, false);
      return;
    }
    if (result.done === true) this.#over(slot, !slot.fails);
    else this.#takeStep(slot, result.value);
  }

  #takeStep(slot: Slot, step: HandlerStep): void {
    const item = slot.item as HandledItem;
    switch (step?.step) {
      case 'sleep':
        if (!(step.us >= 0 && step.us <= Number.MAX_SAFE_INTEGER)) break;
        this.#pass(slot, step.us);
        return;
      case 'work': {
        const path = slot.works === 0 ? item.path : childPath(item.path, WORKS + slot.works);
        slot.works++;
        const draws = this.#work.at(this.#ports.requests.ordinal(item.request), path);
        this.#pass(slot, this.#time.constant ? this.#time.mean : this.#time.draw(draws));
        return;
      }
      case 'call':
        this.#call(slot, item, step.to);
        return;
    }
    const said = typeof step === 'object' ? JSON.stringify(step) : String(step);
    throw new HandlerCodeError(this.#name, `it yielded ${said} → expected sleep(…), work() or call(…)`);
  }

  #pass(slot: Slot, us: number): void {
    const { slowness } = slot.owner as HandlerRunnerOwner;
    slot.timer = this.#sim.schedule(Math.floor(us * slowness + 0.5), this.#timePassed, slot.index);
  }

  /** By the n-th entry of the handler's calls to it, or its last where the code calls it more often. */
  #call(slot: Slot, item: HandledItem, to: string): void {
    const { calls } = this.#ports.handler;
    const entries = calls.flatMap((one, i) => (one.to === to ? [i] : []));
    const before = slot.called.get(to) ?? 0;
    const callee = this.#calls[entries[Math.min(before, entries.length - 1)] ?? -1];
    if (callee === undefined) {
      const known = [...new Set(calls.map((one) => one.to))].join(', ');
      const expected = known === '' ? `an entry { to: ${to} } in the scenario's handler.calls` : `one of ${known}`;
      throw new HandlerCodeError(this.#name, `it called ${to} → expected ${expected}`);
    }
    slot.called.set(to, before + 1);
    slot.callee = callee;
    const ticket = callee.call(item.request, repeatedCallPath(item.path, before), this, slot.index);
    // Answered at once the code has moved on.
    if (ticket >= 0) slot.ticket = ticket;
  }

  #over(slot: Slot, success: boolean): void {
    const owner = slot.owner as HandlerRunnerOwner;
    this.#clear(slot);
    owner.onCodeOver(slot.index, success);
  }

  #clear(slot: Slot): void {
    slot.item = null;
    slot.owner = null;
    slot.steps = null;
    slot.timer = -1;
    slot.ticket = -1;
    slot.callee = null;
  }

  /** The slot of the item's worker, with its random numbers at their first. */
  #take(item: HandledItem): Slot {
    while (this.#slots.length <= item.worker) this.#slots.push(this.#slot(this.#slots.length));
    const slot = this.#slots[item.worker] as Slot;
    const ordinal = this.#ports.requests.ordinal(item.request);
    slot.item = item;
    slot.random.at(ordinal, item.path);
    slot.lot.at(ordinal, item.path);
    return slot;
  }

  #slot(index: number): Slot {
    return {
      index,
      random: this.#sim.keyedStream(`${this.#name}/code`),
      lot: this.#sim.keyedStream(`${this.#name}/failsHere`),
      item: null,
      owner: null,
      steps: null,
      fails: false,
      works: 0,
      called: new Map(),
      timer: -1,
      ticket: -1,
      callee: null,
    };
  }

  #messageOf({ request, messages, at }: HandledItem): HandlerMessage {
    const { requests, traffic } = this.#ports;
    const ordinal = requests.ordinal(request);
    const told = (value: number | undefined): number | null => (value === undefined || value < 0 ? null : value);
    const SequenceNumber = told(messages?.sequence[at]);
    return Object.freeze({
      request: ordinal,
      traffic: traffic[trafficOf(ordinal)] ?? '',
      key: told(requests.key(request)),
      MessageId: told(messages?.id[at]),
      ReceiptHandle: told(messages?.handle[at]),
      ApproximateReceiveCount: told(messages?.receiveCount[at]),
      MessageGroupId: told(messages?.group[at]),
      SequenceNumber,
      // Producers give each request's own number; only FIFO queues take one.
      MessageDeduplicationId: SequenceNumber === null ? null : ordinal,
    });
  }

  #contextOf(slot: Slot, { instance, worker }: HandledItem): HandlerContext {
    return new Context(this.#sim, slot.random, instance, worker);
  }
}

class Context implements HandlerContext {
  readonly instance: number;
  readonly worker: number;
  readonly random: () => number;
  readonly #sim: Simulation;

  constructor(sim: Simulation, random: KeyedStream, instance: number, worker: number) {
    this.#sim = sim;
    this.instance = instance;
    this.worker = worker;
    this.random = () => random.uniform();
  }

  get nowMs(): number {
    return this.#sim.now / US_PER_MS;
  }
}
