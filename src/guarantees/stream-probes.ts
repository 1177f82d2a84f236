import type { Fold } from './checker.ts';
import * as What from './codes.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import { Places } from './places.ts';
import type { ProbeCounts } from './probes.ts';
import { ofClient, RecordPlaces, requestOf, shardOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { notExercised } from './verdict.ts';

/** `Outcome` of the ports: a read with an iterator that is no good any more. */
const REFUSED = 2;
const Put = 1;
const Read = 2;

/** Counts the rare situations of a stream. It promises nothing, so nobody asks what it found. */
export class StreamProbes implements Fold {
  readonly wants = [What.sendOk, What.sendFail, What.receiveOk, What.receiveFail];
  readonly #probes: ProbeCounts;
  readonly #retentionUs: number;
  readonly #records = new RecordPlaces();
  readonly #state = new FlagColumn();
  readonly #requests = new Places();
  /** The sequence number under which a request was met first. */
  readonly #sequence = new NumberColumn();
  /** Records that a client has read: one column for each. */
  readonly #read = new Map<number, FlagColumn>();
  /** Of a client and a key: the shard in which it read that key last. */
  readonly #readings = new Places();
  readonly #shard = new NumberColumn();
  /** Of each shard the first record that was acknowledged, and when. */
  readonly #firstRecord = new RecordColumn();
  readonly #firstUs = new NumberColumn();
  /** The call whose answers come: whether some of its records were taken, and others not. */
  #call = -1;
  #taken = false;
  #failed = false;

  constructor(probes: ProbeCounts, retentionUs: number) {
    this.#probes = probes;
    this.#retentionUs = retentionUs;
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther, latestUs } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      if (isOther[row] !== 0) continue;
      if (what === What.receiveFail && chunk.outcome[row] === REFUSED) this.#probes.hit('iterator-expired');
      if ((chunk.entity[row] as number) < 0) continue;
      if (what === What.sendOk || what === What.sendFail) this.#answered(chunk.call[row] as number, what);
      if ((chunk.sequence[row] as number) < 0) continue;
      if (what === What.sendOk) this.#isPut(all, row, latestUs[row] as number);
      else if (what === What.receiveOk) this.#isRead(all, row, latestUs[row] as number);
    }
  }

  #answered(call: number, what: number): void {
    if (call < 0) return;
    if (call !== this.#call) {
      this.#call = call;
      this.#taken = false;
      this.#failed = false;
    }
    const wasPartial = this.#taken && this.#failed;
    if (what === What.sendOk) this.#taken = true;
    else this.#failed = true;
    if (!wasPartial && this.#taken && this.#failed) this.#probes.hit('partial-failure');
  }

  #isPut({ chunk }: Sightings, row: number, us: number): void {
    const sequence = chunk.sequence[row] as number;
    const record = this.#meet(sequence, chunk.entity[row] as number);
    if (this.#state.has(record, Put)) return;
    this.#state.add(record, Put);
    const shard = shardOf(sequence);
    if (this.#firstRecord.get(shard) >= 0) return;
    this.#firstRecord.set(shard, record);
    this.#firstUs.set(shard, us);
  }

  /** A record; one that is new and of a request that another one is of was put twice. */
  #meet(sequence: number, entity: number): number {
    const record = this.#records.place(sequence);
    const request = this.#requests.place(requestOf(entity));
    const first = this.#sequence.get(request);
    if (first < 0) this.#sequence.set(request, sequence);
    else if (first !== sequence && this.#state.get(record) === 0) this.#probes.hit('put-twice');
    return record;
  }

  #isRead({ chunk }: Sightings, row: number, us: number): void {
    const sequence = chunk.sequence[row] as number;
    const client = chunk.client[row] as number;
    const record = this.#meet(sequence, chunk.entity[row] as number);
    this.#state.add(record, Read);
    const read = this.#read.get(client) ?? new FlagColumn();
    this.#read.set(client, read);
    if (read.has(record, Read)) this.#probes.hit('read-again');
    read.add(record, Read);
    const shard = shardOf(sequence);
    const oldest = this.#firstRecord.get(shard);
    if (oldest >= 0 && !read.has(oldest, Read) && this.#firstUs.get(shard) + this.#retentionUs <= us)
      this.#probes.hit('behind-retention');
    const key = chunk.group[row] as number;
    if (key < 0) return;
    const reading = this.#readings.place(ofClient(client, key));
    const before = this.#shard.get(reading);
    if (before >= 0 && before < shard) this.#probes.hit('reshard-while-reading');
    this.#shard.set(reading, shard);
  }

  finish(): ReturnType<typeof notExercised> {
    return notExercised({}, '');
  }
}
