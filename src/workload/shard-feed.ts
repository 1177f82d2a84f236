/**
 * Records of shards as they come, for one reader that takes them whether it has time or not: polled, or pushed.
 *
 *   open ─▶ iterator ─▶ read ─▶ owner ─▶ (wait) ─▶ read …            open ─▶ subscription ─▶ pushes ─▶ owner …
 */
import type { Distribution, Handle, Simulation } from '../kernel/index.ts';
import type { Witness } from '../services/ports.ts';
import type {
  ChildShard,
  KinesisOperations,
  ShardDescription,
  ShardFilter,
  StartingPosition,
} from '../services/kinesis/operations.ts';
import type { EndpointState } from './endpoint.ts';
import {
  EXPIRED_ITERATOR,
  GONE,
  KinesisClient,
  type KinesisClientOwner,
  type ReadAnswer,
  type ReadError,
} from './kinesis-client.ts';
import type { StreamReader } from './stream-ledger.ts';
import type { StreamRecords } from './stream-records.ts';

export interface FeedOwner {
  /** Valid during the call only; their rows are held. */
  onFed(ShardId: number, records: StreamRecords): void;
  /** A closed shard has been read to its end. */
  onFeedEnd(ShardId: number, children: readonly ChildShard[]): void;
  /** Whether it takes more of that shard; if not it says `resume` when it does. */
  hasRoom(ShardId: number): boolean;
}

export interface FeedOptions {
  readonly name: string;
  readonly latency: Distribution;
  /** Registered for enhanced fan-out as; -1: it polls. */
  readonly fanOutConsumer: number;
  /** From an answer to the next read. */
  readonly idleUs: number;
  /** After a call that failed. */
  readonly retryUs: number;
  /** Records of a read at most. */
  readonly limit: number;
}

interface Feed {
  readonly index: number;
  readonly shard: number;
  position: StartingPosition;
  iterator: number;
  timer: Handle | -1;
  /** It waits for room. */
  paused: boolean;
  over: boolean;
}

interface Listing {
  readonly filter: ShardFilter;
  readonly then: (shards: readonly ShardDescription[]) => void;
}

/** Lists are asked for under tags of their own, below those of feeds. */
const FIRST_LISTING = -2;

export class ShardFeed implements KinesisClientOwner {
  readonly #sim: Simulation;
  readonly #client: KinesisClient;
  readonly #owner: FeedOwner;
  readonly #options: FeedOptions;
  readonly #feeds: Feed[] = [];
  readonly #open = new Map<number, Feed>();
  readonly #listings: Listing[] = [];

  readonly #goOn = (index: number): void => {
    const feed = this.#feeds[index] as Feed;
    feed.timer = -1;
    this.#fetch(feed);
  };
  readonly #listAgain = (index: number): void => {
    this.#client.listShards(FIRST_LISTING - index, (this.#listings[index] as Listing).filter);
  };

  constructor(
    sim: Simulation,
    stream: KinesisOperations,
    reader: StreamReader,
    endpoint: EndpointState,
    owner: FeedOwner,
    options: FeedOptions,
    witness: Witness | null,
  ) {
    this.#sim = sim;
    this.#owner = owner;
    this.#options = options;
    const { name, latency, fanOutConsumer: consumer } = options;
    this.#client = new KinesisClient(sim, stream, reader, endpoint, this, { name, latency, consumer }, witness);
  }

  open(shard: number, position: StartingPosition): void {
    const index = this.#feeds.length;
    const feed: Feed = { index, shard, position, iterator: -1, timer: -1, paused: false, over: false };
    this.#feeds.push(feed);
    this.#open.set(shard, feed);
    this.#fetch(feed);
  }

  /** Its owner has room again. */
  resume(shard: number): void {
    const feed = this.#open.get(shard);
    if (feed === undefined || !feed.paused) return;
    feed.paused = false;
    this.#fetch(feed);
  }

  isOpen(shard: number): boolean {
    return this.#open.has(shard);
  }

  /** Asks until it is told. */
  listShards(filter: ShardFilter, then: (shards: readonly ShardDescription[]) => void): void {
    this.#listAgain(this.#listings.push({ filter, then }) - 1);
  }

  // --- the client's owner ---

  onShards(tag: number, error: ReadError, shards: readonly ShardDescription[]): void {
    const index = FIRST_LISTING - tag;
    if (error === null) (this.#listings[index] as Listing).then(shards);
    else this.#sim.schedule(this.#options.retryUs, this.#listAgain, index);
  }

  onIterator(tag: number, error: ReadError, ShardIterator: number): void {
    const feed = this.#feeds[tag] as Feed;
    if (error === null) {
      feed.iterator = ShardIterator;
      this.#fetch(feed);
    } else this.#failed(feed, error);
  }

  onRecords(tag: number, error: ReadError, answer: ReadAnswer): void {
    const feed = this.#feeds[tag] as Feed;
    if (error !== null) {
      this.#failed(feed, error);
      return;
    }
    feed.iterator = answer.NextShardIterator;
    this.#take(feed, answer);
    if (answer.NextShardIterator === -1) this.#end(feed, answer.ChildShards);
    else feed.timer = this.#sim.schedule(this.#options.idleUs, this.#goOn, tag);
  }

  onSubscribed(tag: number, error: ReadError): void {
    if (error !== null) this.#failed(this.#feeds[tag] as Feed, error);
  }

  onPush(tag: number, answer: ReadAnswer, ended: boolean): void {
    const feed = this.#feeds[tag] as Feed;
    this.#take(feed, answer);
    if (ended) this.#end(feed, answer.ChildShards);
  }

  onSubscriptionOver(tag: number): void {
    const feed = this.#feeds[tag] as Feed;
    if (!feed.over && feed.timer === -1) this.#fetch(feed);
  }

  #fetch(feed: Feed): void {
    const { index, shard, position, iterator } = feed;
    const { fanOutConsumer, limit } = this.#options;
    if (fanOutConsumer !== -1) this.#client.subscribeToShard(index, index, shard, position);
    else if (iterator === -1) this.#client.getShardIterator(index, shard, position);
    else if (!this.#owner.hasRoom(shard)) feed.paused = true;
    else this.#client.getRecords(index, index, iterator, limit);
  }

  #failed(feed: Feed, error: NonNullable<ReadError>): void {
    if (error.code === GONE) {
      this.#end(feed, []);
      return;
    }
    if (error.code === EXPIRED_ITERATOR) feed.iterator = -1;
    feed.timer = this.#sim.schedule(this.#options.retryUs, this.#goOn, feed.index);
  }

  #take(feed: Feed, { records }: ReadAnswer): void {
    if (records.count === 0) return;
    const last = records.sequence[records.count - 1] as number;
    feed.position = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last };
    this.#owner.onFed(feed.shard, records);
  }

  #end(feed: Feed, children: readonly ChildShard[]): void {
    feed.over = true;
    this.#open.delete(feed.shard);
    this.#owner.onFeedEnd(feed.shard, children);
  }
}
