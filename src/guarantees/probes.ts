/** Counts of rare situations: a guarantee that was never near to being broken has not been tested. */
import type { Seen } from './checker.ts';
import { What } from './codes.ts';
import { GroupLocked } from './group-locked.ts';

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
] as const;
export type Probe = (typeof PROBES)[number];

const THROTTLED = 4;

export class ProbeCounts {
  readonly #counts = new Map<Probe, number>();

  hit(probe: Probe): void {
    this.#counts.set(probe, (this.#counts.get(probe) ?? 0) + 1);
  }

  /** In the order of `PROBES`; 0 where it was never reached. */
  all(): Record<Probe, number> {
    return Object.fromEntries(PROBES.map((probe) => [probe, this.#counts.get(probe) ?? 0])) as Record<Probe, number>;
  }
}

/** Looks at the records of one resource. */
export class Prober {
  readonly #counts: ProbeCounts;
  readonly #takesDeadLetters: boolean;
  readonly #groupLocked = new GroupLocked();

  /** `takesDeadLetters`: its messages come from other queues, unless they were sent here. */
  constructor(counts: ProbeCounts, takesDeadLetters: boolean) {
    this.#counts = counts;
    this.#takesDeadLetters = takesDeadLetters;
  }

  see(seen: Seen): void {
    const { what, message, lives, chunk, row, earliestUs, latestUs } = seen;
    if (this.#groupLocked.see(seen)) this.#counts.hit('group-locked');
    switch (what) {
      case What.receiveOk:
        if (message < 0) break;
        if (this.#takesDeadLetters && !lives.wasReceived(message) && !lives.isAcknowledged(message))
          this.#counts.hit('dead-lettered');
        if (!lives.wasReceived(message) || lives.handle(message) === chunk.handle[row]) break;
        this.#counts.hit('redelivery');
        if (lives.isDeleted(message) && lives.deletedLatestUs(message) < earliestUs)
          this.#counts.hit('returned-after-delete');
        if (lives.isHeld(message) && lives.dueUs(message) > latestUs) this.#counts.hit('held-twice');
        break;
      case What.left:
        if (this.#takesDeadLetters && message >= 0 && !lives.isAcknowledged(message)) this.#counts.hit('dead-lettered');
        break;
      case What.deleteInvoke:
        if (message >= 0 && lives.wasReceived(message) && lives.handle(message) !== chunk.handle[row])
          this.#counts.hit('stale-handle');
        break;
      case What.deleteOk:
      case What.deleteFail:
        if (message >= 0 && lives.handle(message) === chunk.handle[row] && earliestUs > lives.dueUs(message))
          this.#counts.hit('delete-raced-timeout');
        if (what === What.deleteFail) this.#failed(seen);
        break;
      case What.sendOk:
        if (message >= 0 && lives.isAcknowledged(message)) this.#counts.hit('deduplicated');
        break;
      case What.visibilityOk:
        this.#counts.hit('visibility-changed');
        break;
      case What.handleFail:
        this.#counts.hit('handler-failed');
        break;
      case What.handleUnknown:
        this.#counts.hit('crashed-handler');
        break;
      case What.purgeOk:
        this.#counts.hit('purged');
        break;
      case What.requestUnknown:
      case What.sendUnknown:
      case What.receiveUnknown:
      case What.deleteUnknown:
      case What.publishUnknown:
        this.#counts.hit('lost-reply');
        break;
      case What.requestFail:
      case What.sendFail:
      case What.receiveFail:
      case What.publishFail:
        this.#failed(seen);
        break;
      default:
        break;
    }
  }

  #failed({ chunk, row }: Seen): void {
    this.#counts.hit(chunk.outcome[row] === THROTTLED ? 'throttled' : 'refused');
  }
}
