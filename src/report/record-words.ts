/**
 * One record of a history as a sentence without its end: who, did or heard what. The instant is the teller's to add.
 *
 *     {"do":"receive","is":"ok","client":"workers","who":3,"on":"orders","entity":12,"receives":2, …}
 *     workers #3 received request 12 from orders (2nd time), hidden until 41.2 s
 */
import type { GuaranteeResult } from '../experiment/result.ts';
import { duration } from './format.ts';

export type HistoryRecord = NonNullable<GuaranteeResult['evidence']>[number];

/** What a teller knows beside the record. */
export interface RecordContext {
  /** What the record is about, in the words of the story; default: `request 12`. */
  readonly thing?: (record: HistoryRecord) => string;
  /** Who it was, without the number of the instance; default: the client as it is named. */
  readonly client?: (record: HistoryRecord) => string;
  /** A resource; default: as it is named. */
  readonly on?: (name: string) => string;
  /** A subscription by its topic and its place there; default: `subscription 0`. */
  readonly subscription?: (topic: string, place: number) => string;
  /** A queue's own visibility timeout, microseconds: of receives that ask for none. Default: not known. */
  readonly visibilityUs?: (queue: string) => number | undefined;
  /** After how many receives a queue moves a message to its dead-letter queue; default: not known. */
  readonly maxReceives?: (queue: string) => number | undefined;
}

/** Never fails: a record that lacks what it should say (a log of somebody else) is told with what there is. */
export function recordWords(record: HistoryRecord, context: RecordContext = {}): string {
  const { thing = requestWords } = context;
  const on = record.on === undefined ? 'somewhere' : (context.on?.(record.on) ?? record.on);
  const told: Told = { record, who: whoWords(record, context), what: thing(record), on, context };
  return SENTENCES[record.do][record.is]?.(told) ?? `${record.do} ${record.is}`;
}

/** An instant of virtual time in seconds, to the microsecond where it is not a whole millisecond: `41.2 s`, `0.061007 s`. */
export function instant(us: number): string {
  const whole = Math.round(us);
  const text = (whole / 1e6).toFixed(whole % 1000 === 0 ? 3 : 6);
  return `${text.replace(/\.?0+$/, '')} s`;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinalWord(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

interface Told {
  readonly record: HistoryRecord;
  readonly who: string;
  readonly what: string;
  readonly on: string;
  readonly context: RecordContext;
}

type Phases = Readonly<Partial<Record<HistoryRecord['is'], (told: Told) => string>>>;

const SENTENCES: Readonly<Record<HistoryRecord['do'], Phases>> = {
  request: {
    invoke: ({ who, what, on }) => `${who} sent ${what} to ${on}`,
    ok: ({ who, what, on }) => `${who} was told by ${on} that ${what} is done`,
    fail: (told) => `${told.who} was told no by ${told.on} for ${told.what}${because(told)}`,
    unknown: ({ who, what, on }) => `${who} gave up waiting for ${on}: ${what} may be done or not`,
  },
  send: {
    invoke: ({ who, what, on, record }) => `${who} began to send ${what} to ${on}${inGroup(record)}`,
    ok: ({ who, what, on, record }) => `${who} was told that ${on} has taken ${what}${asMessage(record)}`,
    fail: (told) => `${told.who} was told that ${told.on} has not taken ${told.what}${because(told)}`,
    unknown: ({ who, what, on }) => `${who} heard nothing from ${on} in time: ${what} may be there or not`,
  },
  publish: {
    invoke: ({ who, what, on, record }) => `${who} began to publish ${what} to ${on}${inGroup(record)}`,
    ok: ({ who, what, on, record }) => `${who} was told that ${on} has taken ${what}${asMessage(record)}`,
    fail: (told) => `${told.who} was told that ${told.on} has not taken ${told.what}${because(told)}`,
    unknown: ({ who, what, on }) => `${who} heard nothing from ${on} in time: ${what} may be published or not`,
  },
  receive: {
    ok: (told) => `${told.who} received ${told.what} from ${told.on}${times(told)}${hidden(told)}`,
    fail: (told) => `${told.who} was told no by ${told.on} when it asked for messages${because(told)}`,
    unknown: ({ who, on }) => `${who} heard nothing from ${on}: what the answer held is hidden, and nobody has it`,
  },
  delete: {
    invoke: ({ who, what, on }) => `${who} began to delete ${what} from ${on}`,
    ok: ({ who, what, on }) => `${who} was told that ${what} is deleted from ${on}`,
    fail: (told) => `${told.who} was told that ${told.what} is not deleted from ${told.on}${because(told)}`,
    unknown: ({ who, what, on }) => `${who} heard nothing from ${on}: ${what} may be deleted or not`,
  },
  visibility: {
    ok: ({ who, what, on, record }) =>
      record.valueUs === 0
        ? `${who} gave ${what} back to ${on} at once`
        : `${who} had ${what} hidden in ${on} for ${length(record.valueUs)}${until(record, record.valueUs)}`,
    fail: (told) => `${told.who} was told that ${told.what} is not hidden any longer in ${told.on}${because(told)}`,
    unknown: ({ who, what, on }) => `${who} heard nothing from ${on}: ${what} may be hidden for longer or not`,
  },
  purge: {
    invoke: ({ who, on }) => `${who} purged ${on}`,
  },
  handle: {
    invoke: ({ who, what }) => `${who} began to work on ${what}`,
    ok: ({ who, what }) => `${who} finished its work on ${what}: the effect is there`,
    fail: (told) =>
      `${told.who} failed on ${told.what}: no effect${told.record.because === 'failed' ? '' : because(told)}`,
    unknown: ({ who, what }) => `${who} vanished while it worked on ${what}: the effect may be there or not`,
  },
  owed: {
    ok: (told) =>
      isTaken(told)
        ? `${told.who} took ${told.what} in`
        : `${told.who} has to deliver ${told.what} to ${subscription(told)}: its filter lets it through`,
  },
  deliver: {
    ok: (told) =>
      isTaken(told)
        ? `${told.who} has brought ${told.what} to its destination, or to its backup`
        : `${told.who} delivered ${told.what} to ${subscription(told)}`,
    fail: (told) =>
      isTaken(told)
        ? `${told.who} gave ${told.what} up: it is kept nowhere`
        : `${told.who} gave up the delivery of ${told.what} to ${subscription(told)}${because(told)}`,
  },
  left: {
    ok: ({ what, on, record }) => `at the end ${what} is still in ${on}${soFar(record)}`,
  },
  fault: {
    invoke: ({ on }) => `a fault began at ${on}`,
    ok: ({ on }) => `the fault at ${on} was over`,
  },
  healed: { ok: () => 'no fault is in force any more' },
  quiesced: { ok: () => 'nothing is under way any more' },
  read: { ok: ({ on }) => `all that is left in ${on} is told` },
  measured: {
    ok: ({ on, record }) => `by its metrics all messages together spent ${length(record.valueUs)} in ${on}`,
  },
  end: { ok: () => 'the history ends' },
};

function requestWords({ entity }: HistoryRecord): string {
  return entity === undefined ? 'a request' : `request ${entity}`;
}

/** `workers #3`; who is alone has no number. */
function whoWords(record: HistoryRecord, context: RecordContext): string {
  const client = record.client === undefined ? 'somebody' : (context.client?.(record) ?? record.client);
  // A sender is one; its number tells a copy from the first.
  if (record.do === 'request') return record.who === 1 ? `${client}, by a copy,` : client;
  return record.who === undefined ? client : `${client} #${record.who}`;
}

const REASONS: Readonly<Record<string, string>> = {
  failed: 'it failed',
  refused: 'refused',
  unavailable: 'unavailable',
  throttled: 'throttled',
  timedOut: 'no answer in time',
  keptBack: 'kept back by the caller',
  denied: 'access denied',
};

function because({ record }: Told): string {
  return record.because === undefined ? '' : ` (${REASONS[record.because] ?? record.because})`;
}

function inGroup({ group }: HistoryRecord): string {
  return group === undefined ? '' : `, in group ${group}`;
}

function asMessage({ message }: HistoryRecord): string {
  return message === undefined ? '' : `, as message ${message}`;
}

function times({ record: { receives, on = '' }, context }: Told): string {
  if (receives === undefined) return '';
  const last = context.maxReceives?.(on) === receives ? ' and last' : '';
  return ` (${ordinalWord(receives)}${last} time)`;
}

function hidden({ record, context }: Told): string {
  const us = record.valueUs ?? (record.on === undefined ? undefined : context.visibilityUs?.(record.on));
  return us === undefined ? '' : `, hidden for ${length(us)}${until(record, us)}`;
}

/** The end of a timeout that began when the service answered. */
function until({ us, servedUs }: HistoryRecord, timeoutUs: number | undefined): string {
  return timeoutUs === undefined ? '' : ` until ${instant((servedUs ?? us) + timeoutUs)}`;
}

function length(us: number | undefined): string {
  if (us === undefined) return 'some time';
  return us >= 1e6 && us < 60e6 && us % 1e6 === 0 ? `${us / 1e6} s` : duration(us / 1000);
}

/** Whether it is told by a delivery stream, which has no subscriptions of its own: the stage has no name for them. */
function isTaken({ record: { subscription: place, on = '' }, context }: Told): boolean {
  return place === undefined || context.subscription?.(on, place) === `subscription ${place}`;
}

function subscription({ record, context }: Told): string {
  const { subscription: place, on } = record;
  if (place === undefined) return 'a subscription';
  return context.subscription?.(on ?? '', place) ?? `subscription ${place}`;
}

/** `receives` of what is left is what the next reader would be told. */
function soFar({ receives }: HistoryRecord): string {
  if (receives === undefined) return '';
  return receives <= 1 ? ', never received' : `, received ${receives - 1 === 1 ? 'once' : `${receives - 1} times`}`;
}
