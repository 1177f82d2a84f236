/** A checkpoint: what the subtasks had counted when its barrier passed them, and what the source had given until it was sent out. */
import type { StateRow } from './window-state.ts';

export interface Checkpoint {
  readonly id: number;
  /** Of each split, the last sequence number before the barrier; -1: none. */
  readonly positions: readonly number[];
  readonly finished: readonly boolean[];
  readonly watermarkUs: number;
  readonly rows: readonly StateRow[];
}

/** One whose barriers are on their way. */
export interface PendingCheckpoint extends Checkpoint {
  readonly rows: StateRow[];
  readonly startedUs: number;
  /** A snapshot before the application stops. */
  readonly isSnapshot: boolean;
  /** Subtasks that it has not come to. */
  missing: number;
}

/** Nothing was taken: where an application begins. */
export function beginning(splits: number): Checkpoint {
  return {
    id: 0,
    positions: new Array<number>(splits).fill(-1),
    finished: new Array<boolean>(splits).fill(false),
    watermarkUs: Number.NEGATIVE_INFINITY,
    rows: [],
  };
}
