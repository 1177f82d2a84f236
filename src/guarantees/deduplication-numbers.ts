/** The numbers that are kept of a deduplication id. In a file without imports, so that a bundle has them where they are used. */

/** Calls under way, or with unknown end, and since when. */
export const Open = 0;
export const OpenSince = 1;
/** The message that was taken (plus 1; 0: none), when, and by which record. */
export const Message = 2;
export const AcceptedFrom = 3;
export const AcceptedTo = 4;
export const AcceptedN = 5;
export const ID = 6;
