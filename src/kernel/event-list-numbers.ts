// Numbers of the event list. In a file of their own, with no import, bundlers write them out where they are used; else each use is a load and a check.

/** Pending events at most (cancelled ones not yet swept included); the array of handlers and arguments can't grow much further. */
export const MAX_PENDING = 33_554_432;

/** `next` found nothing due. */
export const NOTHING = -1;

/** A bucket of at most this many is sorted into bottom; a fuller one is spread. */
export const SORTED_AT_MOST = 48;
/** Bottom is spilled to the wheel above this many, down to the earliest few. */
export const SPILL_ABOVE = 64;
export const SPILL_KEEPS = 16;
/** With at most this many left in the wheel all of them come to bottom. */
export const SMALL = 24;

/** Bottom's arrays, and where in them it starts: it grows at both ends. */
export const BOTTOM_LENGTH = 256;
export const BOTTOM_STARTS = 64;

/** Set in the word of a seat's event, which is negative: seat × 4 + phase below it. */
export const OF_SEAT = -2147483648;
export const SEAT_MASK = 0x1ffffff;

export const LEVELS = 7;
export const TWO_POW_26 = 67108864;
export const TWO_POW_32 = 4294967296;
export const PER_TWO_POW_32 = 2.3283064365386963e-10;
