/** What a checker is: a fold over the records that concern one promise of one resource. */
import type { HistoryChunk } from '../history/index.ts';
import type { Lives } from './lives.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sighting } from './sighting.ts';
import type { Sightings } from './sightings.ts';
import type { Finding } from './verdict.ts';

/** The record under the eyes of the checkers, and the messages of the judged resource as they were before it. */
export interface Seen extends Sighting {
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
  /** Looks at one record after the other. Simple to write, and the messages of others may be asked for as they were before it; but slow. */
  see?(record: Seen): void;
  /** Looks at all records of a chunk at once, those of other kinds among them. */
  scan?(records: Sightings): void;
  /** Where it has both: whether it must be shown one after the other what is among the next so many records. Default: no. */
  mustSee?(count: number): boolean;
  /** Of a promise of the whole run: looks at a whole chunk. */
  scanRun?(chunk: HistoryChunk): void;
  finish(end: End): Finding;
}

export interface Checker {
  readonly guarantee: string;
  /** Throws where the promise lacks a setting. */
  start(settings: PromiseSettings): Fold;
}
