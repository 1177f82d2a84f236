/** An instant of virtual time: whole microseconds since the start of the run, 0 to 2^53 − 1 (285 years). Made only by the kernel. */
export type SimTime = number & { readonly __brand: 'SimTime' };

/** The last instant an event can have, in microseconds; up to here every whole number is an exact double. */
export const MAX_TIME_US = 9_007_199_254_740_991;

/** Expiries and releases, ordinary events, decisions, measurement: what goes first among events of one instant. */
export type Phase = 0 | 1 | 2 | 3;

/** Names one scheduled event for `cancel`; a plain number, valid until the event has run or was cancelled. */
export type Handle = number;
