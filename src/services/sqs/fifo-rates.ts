/**
 * How many calls a FIFO queue takes: 300 per second and action, or in high-throughput mode 300 per partition of its groups.
 *
 *   perQueue            one bucket for all sends, one for all receives, one for all deletes
 *   perMessageGroupId   one for each partition: a call is charged to each partition it touches, and what touches one that has none left
 *                       fails alone (a receive passes its groups over until the next token); and one bucket for all of them, the
 *                       quota of the Region
 */
import { sqsFacts } from '../../facts/index.ts';
import { scattered } from '../messaging/scatter.ts';
import type { FifoSettings } from './settings.ts';
import { ActionRate } from '../messaging/throughput.ts';

const TWO_32 = 4_294_967_296;
const BURST_S = sqsFacts.fifoBurstSeconds.value;

export class FifoRates {
  /** Whether partitions are charged, not the queue. */
  readonly perPartition: boolean;
  readonly send: ActionRate;
  readonly receive: ActionRate;
  readonly delete: ActionRate;
  /** Of all partitions together; null where only they have a rate. */
  readonly allSends: ActionRate | null;
  readonly allReceives: ActionRate | null;
  readonly allDeletes: ActionRate | null;
  readonly #partitions: number;

  constructor({ fifoThroughputLimit, partitions, callsPerSecond }: FifoSettings) {
    this.perPartition = fifoThroughputLimit === 'perMessageGroupId';
    this.#partitions = this.perPartition ? partitions : 1;
    const limit = this.perPartition ? sqsFacts.fifoPartitionCallsPerSecond : sqsFacts.fifoCallsPerSecond;
    const rate = (): ActionRate => new ActionRate(this.#partitions, limit.value, limit.value * BURST_S);
    this.send = rate();
    this.receive = rate();
    this.delete = rate();
    const ofAll = (one: ActionRate): ActionRate | null => {
      if (!this.perPartition) return one;
      return callsPerSecond === undefined ? null : new ActionRate(1, callsPerSecond, callsPerSecond * BURST_S);
    };
    this.allSends = ofAll(this.send);
    this.allReceives = ofAll(this.receive);
    this.allDeletes = ofAll(this.delete);
  }

  get partitions(): number {
    return this.#partitions;
  }

  /** The partition of a group, by a hash of its id. */
  partitionOf(groupId: number): number {
    // Its share of the range of the hash: cheaper than a remainder.
    return Math.floor(scattered(groupId) * (this.#partitions / TWO_32));
  }
}
