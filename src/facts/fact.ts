/** One number of the outside world: what it is, where it comes from, and how sure we are. */
export interface Fact {
  /** Names it in tests and reports, e.g. `sqs.visibility.max_seconds`. */
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** When the source said so, ISO date or month. */
  readonly date: string;
  /** `confirmed`: AWS says so, or a recording of AWS shows it. `secondary`: third party or older text. `assumed`: ours. */
  readonly status: 'confirmed' | 'secondary' | 'assumed';
  /** What to know before using it. */
  readonly note?: string;
}
