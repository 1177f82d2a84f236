/**
 * How many messages SNS takes: so many a second from an account in a Region, over all its topics of one kind; of a FIFO topic so many messages or bytes
 * (unless its scope is the group), and of each group 300. A batch that does not fit as a whole is refused as a whole (assumed).
 */
import { type Fact, snsFacts as f } from '../../facts/index.ts';
import { GroupRate } from '../messaging/group-rate.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { FifoTopicSettings } from './settings.ts';

const BURST_S = f.burstSeconds.value;
/** A bucket that fills at a fact's rate and holds what comes in its burst. */
function bucket({ value }: Fact): ActionRate {
  return new ActionRate(1, value, value * BURST_S);
}

/** What an account may publish in a Region, shared by its topics of one kind. */
export class PublishQuota {
  readonly #rate: ActionRate;

  constructor(perSecond: number) {
    this.#rate = new ActionRate(1, perSecond, perSecond * BURST_S);
  }

  /** Takes so many messages; false: there is no room for all of them, and nothing is taken. */
  take(messages: number, nowUs: number): boolean {
    return this.#rate.take(0, messages, nowUs);
  }
}

export class FifoTopicRates {
  readonly #messages: ActionRate | null;
  readonly #bytes: ActionRate | null;
  readonly #groups: GroupRate;

  constructor({ fifoThroughputScope }: FifoTopicSettings) {
    const bounded = fifoThroughputScope === 'Topic';
    this.#messages = bounded ? bucket(f.fifoTopicMessages) : null;
    this.#bytes = bounded ? bucket(f.fifoTopicBytes) : null;
    this.#groups = new GroupRate(f.fifoGroupMessages.value, f.fifoGroupMessages.value * BURST_S);
  }

  /** Charges a message of so many bytes; false: its group, or the topic, has had enough for now, and nothing is charged. */
  take(group: number, bytes: number, nowUs: number): boolean {
    if (!this.#groups.admits(group, nowUs)) return false;
    if (this.#messages !== null && !this.#messages.take(0, 1, nowUs)) return false;
    // A message that finds no room for its bytes has cost the topic one message all the same: a refused one counts as little as that.
    if (this.#bytes !== null && !this.#bytes.take(0, bytes, nowUs)) return false;
    this.#groups.charge(group, nowUs);
    return true;
  }
}
