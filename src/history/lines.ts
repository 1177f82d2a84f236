/** A history as lines of JSON, one record each: docs/models/history.md says what they mean. */
import { type HistoryChunk, type Names, recordAt } from './record.ts';
import type { HistorySink } from './recorder.ts';

/** First line of every log. */
export const HEADER = '{"history":"spillway/history@1"}';

/** Writes each record as a line, without its end, up to `most`; then it counts. */
export class HistoryLines implements HistorySink {
  lines = 0;
  dropped = 0;
  readonly #write: (line: string) => void;
  readonly #most: number;

  constructor(write: (line: string) => void, most: number) {
    this.#write = write;
    this.#most = most;
    write(HEADER);
  }

  take(chunk: HistoryChunk, names: Names): void {
    for (let row = 0; row < chunk.count; row++) {
      if (this.lines >= this.#most) {
        this.dropped += chunk.count - row;
        return;
      }
      this.#write(JSON.stringify(recordAt(chunk, row, names)));
      this.lines++;
    }
  }
}
