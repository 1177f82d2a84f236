/** Whoever waits for what becomes of a publish: told once for each queue that it went to. */
export interface Settled {
  /** It is where it has to be: in memory, on disk, on a majority's disks. */
  onStored(tag: number): void;
  /** The queue doesn't take it, or lost it. */
  onRefused(tag: number): void;
}
