/** What stands in line before a subtask, in columns: records, and between them watermarks and barriers. It grows as it must; who may put records in decides by `bytes`. */

export const Mark = { record: 0, watermark: 1, barrier: 2 } as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

const START = 64;

export class InputQueue {
  #kind = new Uint8Array(START);
  #record = new Float64Array(START);
  #key = new Float64Array(START);
  /** Event time of a record, the watermark, or the number of the checkpoint. */
  #value = new Float64Array(START);
  #bytes = new Float64Array(START);
  #head = 0;
  #count = 0;
  /** Of the records in it. */
  bytes = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  // What is at the head of the line; there must be something.
  get kind(): Mark {
    return this.#kind[this.#head] as Mark;
  }
  get record(): number {
    return this.#record[this.#head] as number;
  }
  get key(): number {
    return this.#key[this.#head] as number;
  }
  get value(): number {
    return this.#value[this.#head] as number;
  }
  get recordBytes(): number {
    return this.#bytes[this.#head] as number;
  }

  put(record: number, key: number, eventTimeUs: number, bytes: number): void {
    const place = this.#place();
    this.#kind[place] = Mark.record;
    this.#record[place] = record;
    this.#key[place] = key;
    this.#value[place] = eventTimeUs;
    this.#bytes[place] = bytes;
    this.bytes += bytes;
  }
  putMark(kind: Mark, value: number): void {
    const place = this.#place();
    this.#kind[place] = kind;
    this.#value[place] = value;
    this.#bytes[place] = 0;
  }

  drop(): void {
    this.bytes -= this.recordBytes;
    this.#head = (this.#head + 1) & (this.#kind.length - 1);
    this.#count--;
  }

  #place(): number {
    if (this.#count === this.#kind.length) this.#grow();
    return (this.#head + this.#count++) & (this.#kind.length - 1);
  }
  #grow(): void {
    const kind = new Uint8Array(this.#kind.length * 2);
    const columns = [this.#record, this.#key, this.#value, this.#bytes].map((old) => {
      const column = new Float64Array(old.length * 2);
      column.set(old.subarray(this.#head));
      column.set(old.subarray(0, this.#head), old.length - this.#head);
      return column;
    });
    kind.set(this.#kind.subarray(this.#head));
    kind.set(this.#kind.subarray(0, this.#head), this.#kind.length - this.#head);
    this.#kind = kind;
    [this.#record, this.#key, this.#value, this.#bytes] = columns as [
      Float64Array<ArrayBuffer>,
      Float64Array<ArrayBuffer>,
      Float64Array<ArrayBuffer>,
      Float64Array<ArrayBuffer>,
    ];
    this.#head = 0;
  }
}
