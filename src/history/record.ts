/**
 * One record of a history: what a client did, or was told, at an instant. A history is such records in the order of their instants.
 *
 *   what = operation × 4 + phase         phase 0: a call begins · 1: ok · 2: failed, nothing was done · 3: unknown, no answer came
 */

/** Kinds of record. A record of the lower rows (from `owed` on) is no call: it has one phase. */
export const What = {
  requestInvoke: 0,
  requestOk: 1,
  requestFail: 2,
  requestUnknown: 3,
  sendInvoke: 4,
  sendOk: 5,
  sendFail: 6,
  sendUnknown: 7,
  receiveInvoke: 8,
  receiveOk: 9,
  receiveFail: 10,
  receiveUnknown: 11,
  deleteInvoke: 12,
  deleteOk: 13,
  deleteFail: 14,
  deleteUnknown: 15,
  visibilityInvoke: 16,
  visibilityOk: 17,
  visibilityFail: 18,
  visibilityUnknown: 19,
  purgeInvoke: 20,
  purgeOk: 21,
  purgeFail: 22,
  purgeUnknown: 23,
  handleInvoke: 24,
  handleOk: 25,
  handleFail: 26,
  handleUnknown: 27,
  publishInvoke: 28,
  publishOk: 29,
  publishFail: 30,
  publishUnknown: 31,
  deliverInvoke: 32,
  deliverOk: 33,
  deliverFail: 34,
  deliverUnknown: 35,
  /** A subscription must be given this delivery. */
  owed: 37,
  /** Final read: this is still there. */
  left: 41,
  faultInvoke: 44,
  faultOk: 45,
  /** No fault is in force any more, and none will be. */
  healed: 49,
  /** Nothing is under way any more. */
  quiesced: 53,
  /** All that is left in the resource has been listed. */
  read: 57,
  /** `value`: time spent by all messages in the resource, microseconds, as its metrics have it. */
  measured: 61,
  end: 65,
} as const;
export type What = (typeof What)[keyof typeof What];

export const OPERATIONS = [
  'request',
  'send',
  'receive',
  'delete',
  'visibility',
  'purge',
  'handle',
  'publish',
  'deliver',
  'owed',
  'left',
  'fault',
  'healed',
  'quiesced',
  'read',
  'measured',
  'end',
] as const;
export const PHASES = ['invoke', 'ok', 'fail', 'unknown'] as const;

/** The number of an entity: a request (its ordinal), or the delivery of one to a subscription. */
const ORDINALS = 68_719_476_736;

export function deliveryOf(ordinal: number, subscription: number): number {
  return (subscription + 1) * ORDINALS + ordinal;
}
export function requestOf(entity: number): number {
  return entity % ORDINALS;
}
/** -1: a request itself. */
export function subscriptionOf(entity: number): number {
  return Math.floor(entity / ORDINALS) - 1;
}

/** Values that are not there. */
export const NONE = -1;

/** So many records in columns. */
export class HistoryChunk {
  readonly length: number;
  /** Rows in use. */
  count = 0;
  /** Number of the record in row 0. */
  first = 0;
  readonly us: Float64Array;
  /** When the service answered, as its answer says; -1: not told. */
  readonly servedUs: Float64Array;
  readonly entity: Float64Array;
  readonly message: Float64Array;
  readonly handle: Float64Array;
  readonly group: Float64Array;
  readonly deduplication: Float64Array;
  readonly sequence: Float64Array;
  /** Of receive and visibility: the timeout asked for, microseconds (-1: the queue's own); of measured: the figure. */
  readonly value: Float64Array;
  readonly call: Float64Array;
  readonly who: Int32Array;
  /** Receive count. */
  readonly receives: Int32Array;
  readonly client: Uint16Array;
  readonly resource: Uint16Array;
  readonly what: Uint8Array;
  /** `Outcome` of the ports: why a call failed. */
  readonly outcome: Uint8Array;
  /** Whether records since the last `clear` bear groups, deduplication ids or sequence numbers, or values: where none does, those columns need not be cleared. Whoever writes them says so. */
  hasOrder = true;
  hasValues = true;

  constructor(length: number) {
    this.length = length;
    this.us = new Float64Array(length);
    this.servedUs = new Float64Array(length);
    this.entity = new Float64Array(length);
    this.message = new Float64Array(length);
    this.handle = new Float64Array(length);
    this.group = new Float64Array(length);
    this.deduplication = new Float64Array(length);
    this.sequence = new Float64Array(length);
    this.value = new Float64Array(length);
    this.call = new Float64Array(length);
    this.who = new Int32Array(length);
    this.receives = new Int32Array(length);
    this.client = new Uint16Array(length);
    this.resource = new Uint16Array(length);
    this.what = new Uint8Array(length);
    this.outcome = new Uint8Array(length);
    this.count = length;
    this.clear();
  }

  /** Makes all columns that not every record fills say that nothing is there. Cheaper at once than record by record. */
  clear(): void {
    const { count } = this;
    this.servedUs.fill(NONE, 0, count);
    this.message.fill(NONE, 0, count);
    this.handle.fill(NONE, 0, count);
    if (this.hasOrder) {
      this.group.fill(NONE, 0, count);
      this.deduplication.fill(NONE, 0, count);
      this.sequence.fill(NONE, 0, count);
    }
    if (this.hasValues) this.value.fill(NONE, 0, count);
    this.hasOrder = false;
    this.hasValues = false;
    this.receives.fill(NONE, 0, count);
    this.outcome.fill(0, 0, count);
    this.count = 0;
  }
}

/** One record, read off its row, names resolved: evidence, and what a line of a log says. Only what is there. */
export interface HistoryRecord {
  /** Its number in the history. */
  readonly n: number;
  readonly us: number;
  readonly do: (typeof OPERATIONS)[number];
  readonly is: (typeof PHASES)[number];
  readonly client?: string;
  /** Which instance of the client; left out: there is but one. */
  readonly who?: number;
  readonly on?: string;
  readonly call?: number;
  readonly entity?: number;
  readonly subscription?: number;
  readonly message?: number;
  readonly handle?: number;
  readonly receives?: number;
  readonly group?: number;
  readonly deduplication?: number;
  readonly sequence?: number;
  readonly servedUs?: number;
  readonly valueUs?: number;
  readonly because?: string;
}

/** Names of clients and resources by their numbers in the columns. */
export class Names {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length === 65_536) throw new RangeError('more than 65,536 names in one history');
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  name(number: number): string {
    return this.#names[number] ?? '';
  }

  find(name: string): number {
    return this.#numbers.get(name) ?? NONE;
  }

  get size(): number {
    return this.#names.length;
  }
}

/** Texts of `Outcome`, in the order of its numbers; the first stands for ok. */
export const BECAUSE = ['', 'failed', 'refused', 'unavailable', 'throttled', 'timedOut', 'keptBack', 'denied'];

export function outcomeNumber(because: string): number {
  return Math.max(0, BECAUSE.indexOf(because));
}

export function recordAt(chunk: HistoryChunk, row: number, names: Names): HistoryRecord {
  const what = chunk.what[row] as number;
  const because = BECAUSE[chunk.outcome[row] as number] ?? '';
  const entity = chunk.entity[row] as number;
  const told: Record<string, number | string> = {
    n: chunk.first + row,
    us: chunk.us[row] as number,
    do: OPERATIONS[what >>> 2] as string,
    is: PHASES[what & 3] as string,
  };
  const client = names.name(chunk.client[row] as number);
  if (client !== '') told['client'] = client;
  const tell = (key: string, value: number): void => {
    if (value !== NONE) told[key] = value;
  };
  tell('who', chunk.who[row] as number);
  const on = names.name(chunk.resource[row] as number);
  if (on !== '') told['on'] = on;
  tell('call', chunk.call[row] as number);
  if (entity !== NONE) {
    told['entity'] = requestOf(entity);
    tell('subscription', subscriptionOf(entity));
  }
  tell('message', chunk.message[row] as number);
  tell('handle', chunk.handle[row] as number);
  tell('receives', chunk.receives[row] as number);
  tell('group', chunk.group[row] as number);
  tell('deduplication', chunk.deduplication[row] as number);
  tell('sequence', chunk.sequence[row] as number);
  tell('servedUs', chunk.servedUs[row] as number);
  tell('valueUs', chunk.value[row] as number);
  if (because !== '') told['because'] = because;
  return told as unknown as HistoryRecord;
}

/** Writes a record to a row; what it does not say is not there. */
export function writeRecord(chunk: HistoryChunk, row: number, record: Omit<HistoryRecord, 'n'>, names: Names): void {
  const { entity } = record;
  chunk.what[row] = OPERATIONS.indexOf(record.do) * 4 + PHASES.indexOf(record.is);
  chunk.outcome[row] = outcomeNumber(record.because ?? '');
  chunk.us[row] = record.us;
  chunk.client[row] = names.of(record.client ?? '');
  chunk.resource[row] = names.of(record.on ?? '');
  chunk.who[row] = record.who ?? NONE;
  chunk.call[row] = record.call ?? NONE;
  chunk.entity[row] = entity === undefined ? NONE : deliveryOf(entity, record.subscription ?? NONE);
  chunk.message[row] = record.message ?? NONE;
  chunk.handle[row] = record.handle ?? NONE;
  chunk.receives[row] = record.receives ?? NONE;
  chunk.group[row] = record.group ?? NONE;
  chunk.deduplication[row] = record.deduplication ?? NONE;
  chunk.sequence[row] = record.sequence ?? NONE;
  chunk.servedUs[row] = record.servedUs ?? NONE;
  chunk.value[row] = record.valueUs ?? NONE;
  chunk.hasOrder = true;
  chunk.hasValues = true;
}
