/**
 * Results on their way to the sink. At once; or, where the sink is transactional, when the checkpoint after them is complete: what was not committed before a
 * failure never comes out.
 */
import type { AnalyticsSink, WindowResult } from './operations.ts';

type Row = { -readonly [Name in keyof WindowResult]: WindowResult[Name] };

export class Outbox {
  readonly #sink: AnalyticsSink;
  readonly #transactional: boolean;
  readonly #row: Row = { key: 0, startUs: 0, endUs: 0, count: 0, bytes: 0, firing: 0 };
  /** By epoch: results before the barrier of that many checkpoints. */
  #waiting: WindowResult[][] = [];

  constructor(sink: AnalyticsSink, transactional: boolean) {
    this.#sink = sink;
    this.#transactional = transactional;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  emit(epoch: number, key: number, startUs: number, endUs: number, count: number, bytes: number, firing: number): void {
    if (this.#transactional) {
      while (this.#waiting.length <= epoch) this.#waiting.push([]);
      this.#waiting[epoch]?.push({ key, startUs, endUs, count, bytes, firing });
      return;
    }
    const row = this.#row;
    row.key = key;
    row.startUs = startUs;
    row.endUs = endUs;
    row.count = count;
    row.bytes = bytes;
    row.firing = firing;
    this.#sink.emit(row);
  }

  /** All before the barrier of the checkpoint that ends this epoch. */
  commit(epoch: number): void {
    const ready = this.#waiting.slice(0, epoch + 1);
    for (let i = 0; i < ready.length; i++) this.#waiting[i] = [];
    while (this.#waiting.length > 0 && this.#waiting.at(-1)?.length === 0) this.#waiting.pop();
    for (const results of ready) for (const result of results) this.#sink.emit(result);
  }

  /** A new attempt begins: its epochs count from 0, and what was not committed is lost. */
  reset(): void {
    this.#waiting = [];
  }
}
