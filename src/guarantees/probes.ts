/** Counts of rare situations: a guarantee that was never near to being broken has not been tested. */
import * as What from './codes.ts';
import { Acknowledged, Deleted, Held, Received, SameHandle } from './known.ts';
import type { Sightings } from './sightings.ts';

export const PROBES = [
  /** A message was received more than once. */
  'redelivery',
  /** A delete reached the service after the visibility timeout of its handle. */
  'delete-raced-timeout',
  /** A handle was used after the message had been given to somebody else. */
  'stale-handle',
  /** A message came out after its delete. */
  'returned-after-delete',
  /** A message was given out while somebody held it. */
  'held-twice',
  /** The answer to a call never came. */
  'lost-reply',
  'throttled',
  'refused',
  /** A send was acknowledged and its message not taken, for it was there. */
  'deduplicated',
  /** A message came to a FIFO queue while an earlier one of its group was in somebody's hands, so it has to wait. */
  'group-locked',
  'dead-lettered',
  'visibility-changed',
  /** A handler failed. */
  'handler-failed',
  /** A client vanished in the middle of its work. */
  'crashed-handler',
  'purged',
  /** A fault of the script began. */
  'fault',
  // Of streams.
  /** Of one call some records were taken, and others not. */
  'partial-failure',
  /** A request became two records, since it was tried again. */
  'put-twice',
  /** A reader read a record a second time. */
  'read-again',
  /** A reader found a key in another shard than before. */
  'reshard-while-reading',
  /** A read was refused for its iterator was too old. */
  'iterator-expired',
  /** A reader read a shard of which it had not read the first record before that was too old. */
  'behind-retention',
  // Of brokers.
  /** A publisher lost its line before the answer came. */
  'confirm-lost',
  /** A consumer lost its line with messages in hand. */
  'line-lost-in-hand',
  /** A message was given to one consumer, and then to another. */
  'came-to-another',
  /** A message came again that somebody had acknowledged. */
  'acknowledged-and-back',
  /** A consumer refused a message. */
  'handed-back',
  /** A consumer had as much in hand as its prefetch lets it have. */
  'prefetch-full',
  /** A message was delivered as often as its limit lets it be. */
  'last-delivery',
] as const;
export type Probe = (typeof PROBES)[number];

/** Those that there can be only where there is a resource of the kind. */
export const PROBES_OF: Readonly<Record<string, readonly Probe[]>> = {
  kinesis: PROBES.slice(PROBES.indexOf('partial-failure'), PROBES.indexOf('confirm-lost')),
  mq: PROBES.slice(PROBES.indexOf('confirm-lost')),
};

/** Kinds of record that may tell of one. */
export const PROBED: readonly number[] = [
  What.requestFail,
  What.requestUnknown,
  What.sendOk,
  What.sendFail,
  What.sendUnknown,
  What.receiveOk,
  What.receiveFail,
  What.receiveUnknown,
  What.deleteInvoke,
  What.deleteOk,
  What.deleteFail,
  What.deleteUnknown,
  What.visibilityOk,
  What.purgeOk,
  What.handleFail,
  What.handleUnknown,
  What.publishFail,
  What.publishUnknown,
  What.left,
];

const THROTTLED = 4;

export class ProbeCounts {
  readonly #counts = new Map<Probe, number>();

  hit(probe: Probe, times = 1): void {
    if (times > 0) this.#counts.set(probe, (this.#counts.get(probe) ?? 0) + times);
  }

  /** In the order of `PROBES`; 0 where it was never reached. */
  all(): Record<Probe, number> {
    return Object.fromEntries(PROBES.map((probe) => [probe, this.#counts.get(probe) ?? 0])) as Record<Probe, number>;
  }

  /** `takesDeadLetters`: its messages come from other queues, unless they were sent here. `ofAll`: not of requests alone. */
  scan(all: Sightings, takesDeadLetters: boolean, ofAll: boolean): void {
    for (const what of FAILED) this.#failed(all, what, ofAll);
    for (const what of LOST) if (isCounted(what, ofAll)) this.hit('lost-reply', all.of(what).count);
    if (!ofAll) return;
    this.hit('visibility-changed', all.of(What.visibilityOk).count);
    this.hit('handler-failed', all.of(What.handleFail).count);
    this.hit('crashed-handler', all.of(What.handleUnknown).count);
    this.hit('purged', all.of(What.purgeOk).count);
    this.#received(all, takesDeadLetters);
    this.#deleted(all, What.deleteInvoke);
    this.#deleted(all, What.deleteOk);
    this.#deleted(all, What.deleteFail);
    this.hit('deduplicated', countOf(all, What.sendOk, Acknowledged, Acknowledged));
    if (takesDeadLetters) this.hit('dead-lettered', countOf(all, What.left, Acknowledged, 0));
  }

  #failed(all: Sightings, what: number, ofAll: boolean): void {
    const { rows, count } = all.of(what);
    if (!isCounted(what, ofAll)) return;
    for (let i = 0; i < count; i++)
      this.hit(all.chunk.outcome[rows[i] as number] === THROTTLED ? 'throttled' : 'refused');
  }

  #received(all: Sightings, takesDeadLetters: boolean): void {
    const { rows, count } = all.of(What.receiveOk);
    const { message } = all.chunk;
    const { flags } = all.before;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const known = flags[row] as number;
      if ((message[row] as number) < 0) continue;
      if (takesDeadLetters && (known & (Received | Acknowledged)) === 0) this.hit('dead-lettered');
      if ((known & (Received | SameHandle)) === Received) this.#again(all, row, known);
    }
  }

  #again({ before, earliestUs, latestUs }: Sightings, row: number, known: number): void {
    this.hit('redelivery');
    if ((known & Deleted) !== 0 && (before.deletedLatestUs[row] as number) < (earliestUs[row] as number))
      this.hit('returned-after-delete');
    if ((known & Held) !== 0 && (before.dueUs[row] as number) > (latestUs[row] as number)) this.hit('held-twice');
  }

  /** Calls of deletes, and their answers. */
  #deleted(all: Sightings, what: number): void {
    const { rows, count } = all.of(what);
    const { before, earliestUs, chunk } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const known = before.flags[row] as number;
      if ((chunk.message[row] as number) < 0) continue;
      if (what === What.deleteInvoke) {
        if ((known & (Received | SameHandle)) === Received) this.hit('stale-handle');
      } else if ((known & SameHandle) !== 0 && (earliestUs[row] as number) > (before.dueUs[row] as number))
        this.hit('delete-raced-timeout');
    }
  }
}

const FAILED = [What.requestFail, What.sendFail, What.receiveFail, What.publishFail, What.deleteFail];
const LOST = [What.requestUnknown, What.sendUnknown, What.receiveUnknown, What.deleteUnknown, What.publishUnknown];

function isCounted(what: number, ofAll: boolean): boolean {
  return ofAll || what <= What.requestUnknown;
}

/** Records of a kind of whose message just these flags of some were known. */
function countOf(all: Sightings, what: number, some: number, known: number): number {
  const { rows, count } = all.of(what);
  let times = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    if ((all.chunk.message[row] as number) >= 0 && ((all.before.flags[row] as number) & some) === known) times++;
  }
  return times;
}
