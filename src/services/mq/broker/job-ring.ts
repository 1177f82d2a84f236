/** Work that waits for a processor or a disk, first come, first served: whose it is, and two numbers of theirs. */
export interface Job {
  /** Its time has come. */
  onDone(a: number, b: number): void;
  /** The node died before: nothing was done. */
  onLost(a: number, b: number): void;
}

const FIRST_CAPACITY = 16;

export class JobRing {
  #jobs: (Job | null)[] = new Array<Job | null>(FIRST_CAPACITY).fill(null);
  #a = new Float64Array(FIRST_CAPACITY);
  #b = new Float64Array(FIRST_CAPACITY);
  /** When it is done, microseconds, or another number of the ring's owner. */
  #at = new Float64Array(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #head = 0;
  count = 0;

  /** Of the first; asked only where there is one. */
  get firstAt(): number {
    return this.#at[this.#head] as number;
  }

  put(job: Job, a: number, b: number, at: number): void {
    if (this.count > this.#mask) this.#grow();
    const i = (this.#head + this.count++) & this.#mask;
    this.#jobs[i] = job;
    this.#a[i] = a;
    this.#b[i] = b;
    this.#at[i] = at;
  }

  /** The first is done, or lost. */
  take(isDone: boolean): void {
    const i = this.#head;
    const job = this.#jobs[i] as Job;
    const a = this.#a[i] as number;
    const b = this.#b[i] as number;
    this.#jobs[i] = null;
    this.#head = (i + 1) & this.#mask;
    this.count--;
    if (isDone) job.onDone(a, b);
    else job.onLost(a, b);
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    const jobs = this.#jobs;
    this.#jobs = [...jobs.slice(this.#head), ...jobs.slice(0, this.#head), ...new Array<null>(jobs.length).fill(null)];
    this.#a = unrolled(this.#a, this.#head, capacity);
    this.#b = unrolled(this.#b, this.#head, capacity);
    this.#at = unrolled(this.#at, this.#head, capacity);
    this.#head = 0;
    this.#mask = capacity - 1;
  }
}

function unrolled(ring: Float64Array, head: number, capacity: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(capacity);
  wider.set(ring.subarray(head));
  wider.set(ring.subarray(0, head), ring.length - head);
  return wider;
}
