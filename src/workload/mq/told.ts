/** What a history is told of a message at its broker: its group is the queue that it came from. One at a time, good until the next. */
import type { MessageColumns } from '../../services/ports.ts';
import { StreamRecords } from '../stream-records.ts';

export class ToldMessage {
  readonly #queue: number;
  readonly #told = new StreamRecords();

  /** `queue`: its number at the broker. */
  constructor(queue: number) {
    this.#queue = queue;
  }

  of({ body, handle, id, sequence, receiveCount }: MessageColumns, at: number): StreamRecords {
    const told = this.#told;
    told.count = 0;
    told.add(body[at] as number, this.#queue, sequence[at] as number, 0);
    told.handle[0] = handle[at] as number;
    told.id[0] = id[at] as number;
    told.receiveCount[0] = receiveCount[at] as number;
    return told;
  }
}
