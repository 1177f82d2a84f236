import type { HistoryChunk } from '../history/index.ts';

/** The record under the eyes of the checkers, and what is known from before it. */
export interface Sighting {
  readonly chunk: HistoryChunk;
  readonly row: number;
  /** Its number in the history. */
  readonly n: number;
  readonly what: number;
  /** When its client wrote it down. */
  readonly us: number;
  /** When it took effect at the service: between these two. Equal where the answer says when. */
  readonly earliestUs: number;
  readonly latestUs: number;
  /** Places among those of the judged resource, from 0; -1: it says none. */
  readonly entity: number;
  readonly message: number;
  readonly group: number;
  /** It is of another resource, which the promise watches. */
  readonly other: boolean;
}
