/** Settings of a sink, as resolved; times in microseconds. */
import type { Distribution } from '../../kernel/index.ts';

export interface SinkSettings {
  readonly type: 'sink';
  readonly name: string;
  /** From taking something in until it has gone where it should, e.g. an e-mail to its reader. */
  readonly time: Distribution;
  /** Share of what it takes that it fails on. */
  readonly failureRate: number;
}
