/** What a checker is: a fold over the records that concern one promise of one resource. */
import type { HistoryChunk } from '../history/index.ts';
import type { Lives } from './lives.ts';
import type { PromiseSettings } from './promises.ts';
import type { Finding } from './verdict.ts';

/** The record under the eyes of the checkers, and what is known from before it. */
export interface Seen {
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
  /** The messages of the judged resource as they were before this record. */
  readonly lives: Lives;
}

/** How the history ended. */
export interface End {
  readonly endUs: number;
  /** Why a promise about the end of this resource can't be judged; null: it can. `restUs`: so long nothing may go on unseen. */
  unfit(restUs: number): string | null;
  /** Time spent in the resource as its metrics have it, microseconds; null: not told. */
  readonly measuredUs: number | null;
  readonly lives: Lives;
}

export interface Fold {
  /** Kinds of record that it looks at; of other resources too where the promise watches them. */
  readonly wants: readonly number[];
  see(record: Seen): void;
  /** Of a promise of the whole run: looks at a whole chunk, instead of at each record. */
  scan?(chunk: HistoryChunk): void;
  finish(end: End): Finding;
}

export interface Checker {
  readonly guarantee: string;
  /** Throws where the promise lacks a setting. */
  start(settings: PromiseSettings): Fold;
}
