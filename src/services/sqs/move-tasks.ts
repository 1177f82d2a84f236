/**
 * Dead-letter queue redrive: the move tasks of an account, which take messages out of dead-letter queues and send them to where they came
 * from, or to one other queue.
 *
 *   StartMessageMoveTask ─▶ running ──nothing to receive──▶ completed
 *                             │ ├──no source, refused send, 36 h──▶ failed
 *                             │ └──CancelMessageMoveTask──▶ cancelled
 *                             └ a tick: receive up to 10 ─▶ SendMessageBatch per destination ─▶ delete what was sent, show the rest again
 *
 * A task has one event: its next tick. In any second it makes ⌈rate ÷ 10⌉ of them, evenly spaced, which together move `rate` messages.
 */
import { sqsFacts } from '../../facts/index.ts';
import type { Handle, Simulation } from '../../kernel/index.ts';
import { type MessageColumns, Outcome, type Witness } from '../ports.ts';
import { sqsErrors } from './errors.ts';
import { MAX_BATCH_BYTES, MAX_ENTRIES, toUs } from './limits.ts';
import type { SendBatchOutput, SendMessageInput, SqsError } from './operations.ts';
import type { FullReceiveOutput } from './outputs.ts';
import { MOVE_VISIBILITY_US, type QueueCore } from './queue-core.ts';
import type { SqsSettings } from './settings.ts';

const MAX_US = toUs(sqsFacts.moveMaxSeconds.value);
const MOST_ACTIVE = sqsFacts.moveTasksPerAccount.value;
const MOST_LISTED = sqsFacts.moveTasksListed.value;
const US_PER_SECOND = 1_000_000;
/** Ids by which a FIFO queue knows a moved message again lie beyond all that a client gives. */
const MOVED_IDS = 4_503_599_627_370_496;
/** A send that was refused for one of these is made again at the next tick. */
const PASSING = new Set(['ThrottlingException', 'RequestThrottled', 'KmsThrottled']);

/** Queues are named by what stands for their ARN: their name. */
export interface StartMessageMoveTaskInput {
  /** The dead-letter queue. */
  readonly SourceArn: string;
  /** Left out: each message goes to the queue it came from. */
  readonly DestinationArn?: string;
  /** Whole, 1 to 500; left out: as the system finds best. */
  readonly MaxNumberOfMessagesPerSecond?: number;
}

export interface MessageMoveTask {
  readonly Status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  /** Only of a task that runs. */
  readonly TaskHandle: number | null;
  readonly SourceArn: string;
  readonly DestinationArn: string | null;
  readonly MaxNumberOfMessagesPerSecond: number | null;
  readonly ApproximateNumberOfMessagesMoved: number;
  /** Visible at the start. */
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly FailureReason: string | null;
  /** Microseconds. */
  readonly StartedTimestamp: number;
}

/** A queue of the account. */
export interface AccountQueue {
  readonly queue: QueueCore;
  readonly settings: SqsSettings;
}

/** A task, as it goes on. */
export interface Task {
  readonly handle: number;
  readonly source: AccountQueue;
  readonly destination: string | null;
  readonly asked: number | null;
  readonly perSecond: number;
  readonly startedUs: number;
  readonly toMove: number;
  status: MessageMoveTask['Status'];
  moved: number;
  failure: string | null;
  /** Ticks so far. */
  ticks: number;
  event: Handle | null;
}

export class MoveTasks {
  readonly #sim: Simulation;
  readonly #queues: ReadonlyMap<string, AccountQueue>;
  readonly #onEnd: (() => void) | null;
  readonly #witnessOf: ((queue: string) => Witness | null) | null;
  /** All that the lists may show, in the order of their starts. */
  readonly #tasks: Task[] = [];
  #started = 0;
  #active = 0;

  readonly #handles = new Float64Array(MAX_ENTRIES);
  readonly #sent = new Uint8Array(MAX_ENTRIES);
  readonly #targets: (AccountQueue | null)[] = [];
  readonly #inputs: Required<SendMessageInput>[] = Array.from({ length: MAX_ENTRIES }, () => ({
    body: 0,
    bytes: 0,
    DelaySeconds: -1,
    MessageGroupId: -1,
    MessageDeduplicationId: -1,
    content: 0,
  }));
  /** For the witness: what is taken. */
  readonly #seen: MessageColumns = {
    body: new Float64Array(MAX_ENTRIES),
    handle: new Float64Array(MAX_ENTRIES),
    receiveCount: new Int32Array(MAX_ENTRIES),
    id: new Float64Array(MAX_ENTRIES),
    group: new Float64Array(MAX_ENTRIES),
    sequence: new Float64Array(MAX_ENTRIES),
  };
  readonly #allOk: Uint8Array = new Uint8Array(MAX_ENTRIES).fill(Outcome.ok);
  /** The entries of one batch of sends, and the place of each among the messages taken. */
  readonly #batch: SendMessageInput[] = [];
  readonly #places: number[] = [];

  /** `onEnd` is called whenever a task is over. `witnessOf`: hears what is done at a queue; null: nobody does. */
  constructor(
    sim: Simulation,
    queues: ReadonlyMap<string, AccountQueue>,
    onEnd: (() => void) | null = null,
    witnessOf: ((queue: string) => Witness | null) | null = null,
  ) {
    this.#witnessOf = witnessOf;
    this.#sim = sim;
    this.#queues = queues;
    this.#onEnd = onEnd;
  }

  /** Tasks that run now. */
  get active(): number {
    return this.#active;
  }

  StartMessageMoveTask(input: StartMessageMoveTaskInput): {
    readonly error: SqsError | null;
    readonly TaskHandle: number;
  } {
    const error = this.#check(input);
    const source = this.#queues.get(input.SourceArn);
    if (error !== null || source === undefined) return { error, TaskHandle: -1 };
    const asked = input.MaxNumberOfMessagesPerSecond ?? null;
    const task: Task = {
      handle: ++this.#started,
      source,
      destination: input.DestinationArn ?? null,
      asked,
      perSecond: asked ?? sqsFacts.moveRateOptimised.value,
      startedUs: this.#sim.now,
      toMove: source.queue.counts.visible,
      status: 'RUNNING',
      moved: 0,
      failure: null,
      ticks: 0,
      event: null,
    };
    this.#active++;
    this.#keep(task);
    task.event = this.#sim.schedule(0, this.#tick, task);
    return { error: null, TaskHandle: task.handle };
  }

  /** What was moved stays where it is. */
  CancelMessageMoveTask(TaskHandle: number): {
    readonly error: SqsError | null;
    readonly ApproximateNumberOfMessagesMoved: number;
  } {
    const refused = (error: SqsError) => ({ error, ApproximateNumberOfMessagesMoved: 0 });
    if (!(Number.isSafeInteger(TaskHandle) && TaskHandle > 0)) return refused(sqsErrors.taskHandle);
    const task = this.#tasks.find(({ handle, status }) => handle === TaskHandle && status === 'RUNNING');
    if (task === undefined) return refused(sqsErrors.taskMissing);
    this.#end(task, 'CANCELLED');
    return { error: null, ApproximateNumberOfMessagesMoved: task.moved };
  }

  /** The newest first. */
  ListMessageMoveTasks(
    SourceArn: string,
    MaxResults = 1,
  ): { readonly error: SqsError | null; readonly Results: readonly MessageMoveTask[] } {
    if (!this.#queues.has(SourceArn)) return { error: sqsErrors.sourceQueueMissing, Results: [] };
    if (!(Number.isInteger(MaxResults) && MaxResults >= 1 && MaxResults <= MOST_LISTED)) {
      return { error: sqsErrors.listedTasks(MaxResults), Results: [] };
    }
    const of = this.#tasks.filter(({ source }) => source.settings.name === SourceArn);
    return { error: null, Results: of.slice(-MaxResults).reverse().map(shown) };
  }

  #check({
    SourceArn,
    DestinationArn,
    MaxNumberOfMessagesPerSecond: rate,
  }: StartMessageMoveTaskInput): SqsError | null {
    const { moveRateMin, moveRateMax } = sqsFacts;
    if (rate !== undefined && !(Number.isInteger(rate) && rate >= moveRateMin.value && rate <= moveRateMax.value)) {
      return sqsErrors.movesPerSecond(rate);
    }
    const source = this.#queues.get(SourceArn);
    if (source === undefined) return sqsErrors.sourceQueueMissing;
    const isTarget = [...this.#queues.values()].some(({ settings }) => settings.redrive?.deadLetterQueue === SourceArn);
    if (!isTarget) return sqsErrors.notADeadLetterQueue;
    if (DestinationArn !== undefined) {
      const destination = this.#queues.get(DestinationArn);
      if (destination === undefined) return sqsErrors.destinationMissing;
      if (destination === source) return sqsErrors.moveToItself;
      if (destination.settings.fifo !== source.settings.fifo) return sqsErrors.moveToOtherKind;
    }
    if (this.#tasks.some((task) => task.source === source && task.status === 'RUNNING')) return sqsErrors.taskRunning;
    return this.#active >= MOST_ACTIVE ? sqsErrors.tooManyTasks : null;
  }

  /** Forgets the oldest of a queue that no list can show any more. */
  #keep(task: Task): void {
    this.#tasks.push(task);
    const of = this.#tasks.filter(({ source }) => source === task.source);
    if (of.length > MOST_LISTED) this.#tasks.splice(this.#tasks.indexOf(of[0] as Task), 1);
  }

  // --- a task at work ---

  readonly #tick = (task: Task): void => {
    const now = this.#sim.now;
    task.event = null;
    if (now - task.startedUs >= MAX_US) {
      this.#fail(task, `Longer than ${sqsFacts.moveMaxSeconds.value} s`);
      return;
    }
    const max = this.quota(task);
    task.ticks++;
    if (max > 0) this.#move(task, max);
    if (task.status !== 'RUNNING') return;
    task.event = this.#sim.scheduleAt(this.#tickUs(task), this.#tick, task);
  };

  #tickUs(task: Task): number {
    return task.startedUs + Math.round((task.ticks * US_PER_SECOND) / ticksPerSecond(task));
  }

  /** Messages of the tick that comes: those of one second add up to the rate, whichever second it is. */
  protected quota({ ticks, ...task }: Task): number {
    const of = ticksPerSecond(task);
    const upTo = (tick: number): number => Math.floor((tick * task.perSecond) / of);
    return upTo((ticks % of) + 1) - upTo(ticks % of);
  }

  #move(task: Task, max: number): void {
    const { queue } = task.source;
    const taken = queue.takeToMove(max);
    const { count } = taken;
    if (count === 0) {
      this.#end(task, 'COMPLETED');
      return;
    }
    let failure: string | null = null;
    for (let i = 0; i < count; i++) {
      const handle = taken.ReceiptHandle[i] as number;
      this.#handles[i] = handle;
      this.#sent[i] = 0;
      const target = this.destinationOf(task, queue.sourceOfTaken(handle));
      this.#targets[i] = target;
      if (target === null) failure ??= 'CouldNotDetermineMessageSource';
      const input = this.#inputs[i] as Required<SendMessageInput>;
      const id = taken.MessageId[i] as number;
      input.body = taken.body[i] as number;
      input.bytes = queue.bytesOfTaken(handle);
      input.MessageGroupId = queue.groupOfTaken(handle);
      input.MessageDeduplicationId = this.deduplicationId(id);
      input.content = input.MessageDeduplicationId;
    }
    const witness = this.#witnessOf?.(task.source.settings.name) ?? null;
    if (witness !== null) this.#tellTaken(witness, taken, task);
    for (let i = 0; i < count; i++) failure = this.#sendFrom(i, count, task) ?? failure;
    if (witness !== null) this.#tellEnd(witness, count, task);
    queue.endMove(this.#handles, this.#sent, count);
    for (let i = 0; i < count; i++) task.moved += this.#sent[i] as number;
    if (failure !== null) this.#fail(task, failure);
  }

  /** Where a message goes; null where that is not known. */
  protected destinationOf({ destination }: Task, source: string | null): AccountQueue | null {
    const name = destination ?? source;
    return name === null ? null : (this.#queues.get(name) ?? null);
  }

  /** Never that of another message, so that none is taken for a duplicate. */
  protected deduplicationId(MessageId: number): number {
    return MOVED_IDS + MessageId;
  }

  /** Sends in one batch the message at `first` and those after it that go to the same queue; the code of an error that ends the task. */
  #sendFrom(first: number, count: number, task: Task): string | null {
    const target = this.#targets[first] ?? null;
    if (target === null) return null;
    this.#batch.length = 0;
    this.#places.length = 0;
    let bytes = 0;
    for (let i = first; i < count; i++) {
      if (this.#targets[i] !== target) continue;
      const input = this.#inputs[i] as SendMessageInput;
      bytes += input.bytes;
      // The rest goes into another batch.
      if (bytes > MAX_BATCH_BYTES && i > first) break;
      this.#targets[i] = null;
      this.#batch.push(input);
      this.#places.push(i);
    }
    return this.#sendBatch(target, task);
  }

  #sendBatch(target: AccountQueue, task: Task): string | null {
    const output = target.queue.SendMessageBatch(this.#batch, this.#batch.length);
    const witness = this.#witnessOf?.(target.settings.name) ?? null;
    if (witness !== null) this.#tellSent(witness, output, task);
    let failure: string | null = null;
    for (let i = 0; i < this.#places.length; i++) {
      const error = output.error ?? output.entryErrors[i] ?? null;
      if (error === null) this.#sent[this.#places[i] as number] = 1;
      else if (!PASSING.has(error.code)) failure ??= error.code;
    }
    return failure;
  }

  // --- what is told to the witness: what a client would have done and seen ---

  #tellTaken(witness: Witness, taken: FullReceiveOutput, { handle }: Task): void {
    const call = witness.begin();
    const seen = this.#seen;
    for (let i = 0; i < taken.count; i++) {
      seen.body[i] = taken.body[i] as number;
      seen.handle[i] = taken.ReceiptHandle[i] as number;
      seen.receiveCount[i] = taken.ApproximateReceiveCount[i] as number;
      seen.id[i] = taken.MessageId[i] as number;
      seen.group[i] = taken.MessageGroupId[i] ?? -1;
      seen.sequence[i] = taken.SequenceNumber[i] ?? -1;
    }
    witness.received(handle, call, 0, seen, 0, taken.count, MOVE_VISIBILITY_US / US_PER_SECOND);
  }

  #tellSent(
    witness: Witness,
    { error, entryErrors, MessageId, SequenceNumber }: SendBatchOutput,
    { handle }: Task,
  ): void {
    const call = witness.begin();
    for (let i = 0; i < this.#batch.length; i++) {
      const { body, MessageGroupId, MessageDeduplicationId } = this.#batch[i] as Required<SendMessageInput>;
      const outcome = (error ?? entryErrors[i] ?? null) === null ? Outcome.ok : Outcome.refused;
      witness.sending(handle, call, body, MessageGroupId, MessageDeduplicationId);
      witness.sent(
        handle,
        call,
        body,
        MessageGroupId,
        MessageDeduplicationId,
        outcome,
        0,
        MessageId,
        SequenceNumber,
        i,
      );
    }
  }

  /** Before it is done: the requests are still there. */
  #tellEnd(witness: Witness, count: number, { handle }: Task): void {
    const call = witness.begin();
    for (let i = 0; i < count; i++) {
      if (this.#sent[i] === 0) witness.visibility(handle, this.#seen, i, 0, Outcome.ok);
      else {
        witness.deleting(handle, call, this.#seen, i, i + 1);
        witness.deleted(handle, call, this.#seen, i, i + 1, this.#allOk, 0);
      }
    }
  }

  #fail(task: Task, reason: string): void {
    task.failure = reason;
    this.#end(task, 'FAILED');
  }

  #end(task: Task, status: MessageMoveTask['Status']): void {
    if (task.event !== null) this.#sim.cancel(task.event);
    task.event = null;
    task.status = status;
    this.#active--;
    this.#onEnd?.();
  }
}

function ticksPerSecond({ perSecond }: { readonly perSecond: number }): number {
  return Math.ceil(perSecond / MAX_ENTRIES);
}

function shown(task: Task): MessageMoveTask {
  return {
    Status: task.status,
    TaskHandle: task.status === 'RUNNING' ? task.handle : null,
    SourceArn: task.source.settings.name,
    DestinationArn: task.destination,
    MaxNumberOfMessagesPerSecond: task.asked,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failure,
    StartedTimestamp: task.startedUs,
  };
}
