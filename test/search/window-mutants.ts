/** Bugs of applications of Flink, of each of which a run of one small system must break `windows-exact`. The search draws no applications, so it does not look for them. */
import type { Mutation } from '../support/mutant.ts';

const WINDOWS = 'src/services/analytics/aligned-windows.ts';
const WATERMARKS = 'src/services/analytics/watermarks.ts';
const JOB = 'src/services/analytics/job.ts';
const SOURCE = 'src/workload/application-source.ts';

export const WINDOW_MUTANTS: readonly Mutation[] = [
  {
    name: 'state is restored, and the source reads on where it was',
    file: SOURCE,
    find: "split.position = SequenceNumber === -1 ? split.beginning : { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber };",
    replace: 'void SequenceNumber;',
  },
  {
    name: 'the source goes back, and no state is restored',
    file: JOB,
    find: 'for (const row of from.rows) this.#subtaskOf(row.key).windows.restore(row);',
    replace: '',
  },
  {
    name: 'the watermark is the largest of all splits',
    file: WATERMARKS,
    find: 'let least = Number.POSITIVE_INFINITY;',
    replace: 'let least = Number.NEGATIVE_INFINITY;',
    and: [{ find: 'least = Math.min(least, (this', replace: 'least = Math.max(least, (this' }],
  },
  {
    name: 'the bound of the watermark is forgotten',
    file: WATERMARKS,
    find: '- this.#outOfOrdernessUs - 1);',
    replace: '- 1);',
  },
  {
    name: 'a record that is late and allowed counts twice',
    file: WINDOWS,
    find: 'cell.count++;',
    replace: 'cell.count += cell.firings > 0 ? 2 : 1;',
  },
  {
    name: 'a window fires before its end',
    file: WINDOWS,
    find: 'this.#ends.set(pane.endUs - 1, pane);',
    replace: 'this.#ends.set(pane.endUs - 4_000_000, pane);',
  },
  {
    name: 'a checkpoint has the positions of its end',
    file: JOB,
    find: 'positions: [...this.#positions],',
    replace: 'positions: this.#positions,',
  },
  {
    name: 'a barrier passes the records that stand before it',
    file: JOB,
    find: 'this.#broadcast(Mark.barrier, id);',
    replace: 'for (const subtask of this.#subtasks) this.onBarrier(subtask, id);',
  },
  {
    name: 'a record of a window that begins with it is in the window before',
    file: WINDOWS,
    find: 'startUs > eventTimeUs - this.#sizeUs;',
    replace: 'startUs > eventTimeUs - this.#sizeUs - this.#slideUs;',
  },
  {
    name: 'what a window had before a checkpoint is forgotten when it has fired',
    file: WINDOWS,
    find: 'pane.cells.set(key, { count, bytes, firings, due });',
    replace: 'pane.cells.set(key, { count: firings > 0 ? 0 : count, bytes, firings, due });',
  },
];
