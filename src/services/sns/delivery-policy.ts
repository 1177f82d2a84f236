/** When a delivery that failed is tried again: the phases of SNS's delivery policies. */

/** How the waits of the backoff phase grow from the least to the most. */
export type BackoffFunction = 'arithmetic' | 'exponential' | 'geometric' | 'linear';

/** The phases in their order; `…Us` in microseconds. Retries in all: the sum of the counts. */
export interface DeliveryPolicy {
  /** At once. */
  readonly immediate: number;
  readonly preBackoff: { readonly count: number; readonly waitUs: number };
  readonly backoff: {
    readonly count: number;
    readonly minUs: number;
    readonly maxUs: number;
    readonly function: BackoffFunction;
  };
  readonly postBackoff: { readonly count: number; readonly waitUs: number };
}
