/** Records in a reader's hands, in columns that grow; as a history takes messages: the body is the row of a delivery, id and sequence are the sequence number, the group is the partition key. */
export class StreamRecords {
  count = 0;
  body = new Float64Array(FIRST);
  handle = new Float64Array(FIRST);
  /** Attempts at it by whoever holds it, from 1. */
  receiveCount = new Int32Array(FIRST);
  id = new Float64Array(FIRST);
  group = new Float64Array(FIRST);
  sequence = new Float64Array(FIRST);
  /** Which part of an aggregated record it is, from 0. */
  sub = new Int32Array(FIRST);
  /** When the stream had it, microseconds. */
  arrivedUs = new Float64Array(FIRST);

  add(row: number, key: number, SequenceNumber: number, arrivedUs: number, sub = 0): void {
    const at = this.count;
    if (at === this.body.length) this.#grow();
    this.body[at] = row;
    this.handle[at] = -1;
    this.receiveCount[at] = 1;
    this.id[at] = SequenceNumber;
    this.group[at] = key;
    this.sequence[at] = SequenceNumber;
    this.arrivedUs[at] = arrivedUs;
    this.sub[at] = sub;
    this.count++;
  }

  addAll(from: StreamRecords): void {
    for (let i = 0; i < from.count; i++) this.addOne(from, i);
  }

  /** One of others, with the attempts that were made at it. */
  addOne(from: StreamRecords, i: number): void {
    const { body, group, sequence, arrivedUs, sub, receiveCount } = from;
    const part = sub[i] as number;
    this.add(body[i] as number, group[i] as number, sequence[i] as number, arrivedUs[i] as number, part);
    this.receiveCount[this.count - 1] = receiveCount[i] as number;
  }

  /** Without the first so many. */
  dropFirst(records: number): void {
    for (const column of [this.body, this.handle, this.id, this.group, this.sequence, this.arrivedUs])
      column.copyWithin(0, records, this.count);
    this.receiveCount.copyWithin(0, records, this.count);
    this.sub.copyWithin(0, records, this.count);
    this.count -= records;
  }

  #grow(): void {
    const length = this.body.length * 2;
    this.body = widened(this.body, length);
    this.handle = widened(this.handle, length);
    this.id = widened(this.id, length);
    this.group = widened(this.group, length);
    this.sequence = widened(this.sequence, length);
    this.arrivedUs = widened(this.arrivedUs, length);
    this.receiveCount = widenedInts(this.receiveCount, length);
    this.sub = widenedInts(this.sub, length);
  }
}

const FIRST = 16;

function widened(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(column);
  return wider;
}

function widenedInts(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(column);
  return wider;
}
