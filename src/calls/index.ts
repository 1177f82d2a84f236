/** The client side of a call: link, timeout, retry, budget, breaker. */
export { backoffUs } from './backoff.ts';
export { Breaker } from './breaker.ts';
export { CallPath, type CallPolicy } from './call-path.ts';
export { grownFloat64, grownInt32, grownUint32, grownUint8 } from './growth.ts';
export { Link, LinkState } from './link.ts';
export type { CallObserver } from './observer.ts';
export { COPY_PATH, childPath, receivePath, repeatedCallPath } from './path.ts';
export { RetryBudget } from './retry-budget.ts';
export { FIRST_SLOTS, Slots } from './slots.ts';
export type { Backoff, BreakerSettings, CallSettings, Jitter, RetryPolicy } from './settings.ts';
