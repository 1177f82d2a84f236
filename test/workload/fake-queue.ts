/** A queue with just enough of SQS in it to play with its clients: visibility, long polling, receipt handles that go stale; and a diary. */
import type { Simulation } from '../../src/kernel/index.ts';
import type {
  BatchOutput,
  ReceiveMessageInput,
  ReceiveMessageOutput,
  Receiver,
  SendMessageInput,
  SendMessageOutput,
  SqsError,
  SqsOperations,
} from '../../src/services/sqs/operations.ts';

interface Message {
  readonly body: number;
  handle: number;
  receiveCount: number;
  visibleUs: number;
}
interface Poll {
  readonly receiver: Receiver;
  readonly tag: number;
  readonly input: ReceiveMessageInput;
  timer: number;
}

export const THROTTLED: SqsError = { code: 'RequestThrottled', message: '', senderFault: true };
export const TOO_LONG: SqsError = { code: 'InvalidParameterValue', message: '', senderFault: true };
export const BROKEN: SqsError = { code: 'InternalFailure', message: '', senderFault: false };

export class FakeQueue implements SqsOperations {
  readonly diary: string[] = [];
  readonly #sim: Simulation;
  readonly #visibilityUs: number;
  #messages: Message[] = [];
  #polls = new Map<number, Poll>();
  #handles = 0;
  #tickets = 0;
  /** The next sends fail so; per entry of a batch too. */
  readonly sendErrors: (SqsError | null)[] = [];
  receiveError: SqsError | null = null;
  onGone: (body: number) => void = () => {};
  onSent: (body: number) => void = () => {};

  constructor(sim: Simulation, visibilityUs = 30_000_000) {
    this.#sim = sim;
    this.#visibilityUs = visibilityUs;
  }

  get bodies(): number[] {
    return this.#messages.map(({ body }) => body);
  }
  get waitingPolls(): number {
    return this.#polls.size;
  }

  put(...bodies: number[]): void {
    for (const body of bodies) {
      this.#messages.push({ body, handle: -1, receiveCount: 0, visibleUs: this.#sim.now });
      this.onSent(body);
    }
    this.#serve();
  }

  SendMessage(input: SendMessageInput): SendMessageOutput {
    const error = this.sendErrors.shift() ?? null;
    this.#note(`send ${input.body}`);
    if (error === null) this.put(input.body);
    return { error, MessageId: 0 };
  }

  SendMessageBatch(entries: readonly SendMessageInput[], count: number): BatchOutput {
    const used = entries.slice(0, count).map(({ body }) => body);
    this.#note(`send ${used.join(',')}`);
    const entryErrors = used.map(() => this.sendErrors.shift() ?? null);
    this.put(...used.filter((_, i) => entryErrors[i] === null));
    return { error: null, entryErrors, count };
  }

  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    if (this.receiveError !== null) {
      this.#note('receive fails');
      receiver.onReceiveMessage(tag, { ...this.#take(input, 0), error: this.receiveError });
      return -1;
    }
    if (this.#visible().length > 0 || input.WaitTimeSeconds <= 0) {
      receiver.onReceiveMessage(tag, this.#take(input, input.MaxNumberOfMessages));
      return -1;
    }
    const ticket = this.#tickets++;
    const timer = this.#sim.schedule(input.WaitTimeSeconds * 1e6, () => this.#answer(ticket, 0), null);
    this.#polls.set(ticket, { receiver, tag, input, timer });
    return ticket;
  }

  cancelReceive(ticket: number): void {
    const poll = this.#polls.get(ticket);
    if (poll === undefined) throw new Error(`poll ${ticket} is not waiting`);
    this.#sim.cancel(poll.timer);
    this.#polls.delete(ticket);
    this.#note('poll cancelled');
  }

  DeleteMessage(ReceiptHandle: number): SqsError | null {
    this.#delete([ReceiptHandle]);
    return null;
  }

  DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput {
    this.#delete([...handles.subarray(0, count)]);
    return { error: null, entryErrors: Array.from({ length: count }, () => null), count };
  }

  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null {
    const message = this.#messages.find(({ handle }) => handle === ReceiptHandle);
    this.#note(`visibility ${message?.body ?? 'stale'} ${VisibilityTimeout}`);
    if (message !== undefined) this.#hide(message, VisibilityTimeout * 1e6);
    return null;
  }

  ChangeMessageVisibilityBatch(): BatchOutput {
    throw new Error('not used by these clients');
  }
  PurgeQueue(): SqsError | null {
    throw new Error('not used by these clients');
  }
  GetQueueAttributes(): never {
    throw new Error('not used by these clients');
  }

  #delete(handles: number[]): void {
    const found = handles.map((handle) => this.#messages.find((message) => message.handle === handle));
    this.#note(`delete ${found.map((message) => message?.body ?? 'stale').join(',')}`);
    this.#messages = this.#messages.filter((message) => !found.includes(message));
    for (const message of found) if (message !== undefined) this.onGone(message.body);
  }

  #take(input: ReceiveMessageInput, most: number): ReceiveMessageOutput {
    const taken = this.#visible().slice(0, most);
    for (const message of taken) {
      message.handle = ++this.#handles;
      message.receiveCount++;
      this.#hide(message, input.VisibilityTimeout < 0 ? this.#visibilityUs : input.VisibilityTimeout * 1e6);
    }
    if (most > 0) this.#note(`receive ${taken.map(({ body }) => body).join(',')}`);
    const column = (pick: (message: Message) => number): Float64Array => Float64Array.from(taken, pick);
    return {
      error: null,
      count: taken.length,
      body: column(({ body }) => body),
      ReceiptHandle: column(({ handle }) => handle),
      MessageId: column(({ body }) => body),
      ApproximateReceiveCount: Int32Array.from(taken, ({ receiveCount }) => receiveCount),
      SentTimestamp: column(() => 0),
      ApproximateFirstReceiveTimestamp: column(() => 0),
    };
  }

  #hide(message: Message, us: number): void {
    message.visibleUs = this.#sim.now + us;
    this.#sim.schedule(us, () => this.#serve(), null, 0);
  }

  #visible(): Message[] {
    return this.#messages.filter(({ visibleUs }) => visibleUs <= this.#sim.now);
  }

  #serve(): void {
    for (const ticket of this.#polls.keys()) {
      if (this.#visible().length === 0) return;
      this.#answer(ticket, 10);
    }
  }

  #answer(ticket: number, most: number): void {
    const { receiver, tag, input, timer } = this.#polls.get(ticket) as Poll;
    this.#sim.cancel(timer);
    this.#polls.delete(ticket);
    if (most === 0) this.#note('poll empty');
    receiver.onReceiveMessage(tag, this.#take(input, Math.min(most, input.MaxNumberOfMessages)));
  }

  #note(text: string): void {
    this.diary.push(`${this.#sim.now / 1000} ${text}`);
  }
}

/** Round trips in milliseconds, constant. */
export const latency = (send: number, receive: number, del: number) => ({
  send: { kind: 'constant' as const, value: send * 1000 },
  receive: { kind: 'constant' as const, value: receive * 1000 },
  delete: { kind: 'constant' as const, value: del * 1000 },
});
