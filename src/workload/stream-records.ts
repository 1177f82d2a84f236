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

  add(row: number, key: number, SequenceNumber: number): void {
    const at = this.count;
    if (at === this.body.length) this.#grow();
    this.body[at] = row;
    this.handle[at] = -1;
    this.receiveCount[at] = 1;
    this.id[at] = SequenceNumber;
    this.group[at] = key;
    this.sequence[at] = SequenceNumber;
    this.count++;
  }

  addAll(from: StreamRecords): void {
    for (let i = 0; i < from.count; i++)
      this.add(from.body[i] as number, from.group[i] as number, from.sequence[i] as number);
  }

  #grow(): void {
    const length = this.body.length * 2;
    this.body = widened(this.body, length);
    this.handle = widened(this.handle, length);
    this.id = widened(this.id, length);
    this.group = widened(this.group, length);
    this.sequence = widened(this.sequence, length);
    const counts = new Int32Array(length);
    counts.set(this.receiveCount);
    this.receiveCount = counts;
  }
}

const FIRST = 16;

function widened(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(column);
  return wider;
}
