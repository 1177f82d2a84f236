/** One more than the highest kind of record. */
export const KINDS = 66;
/** The low two bits of a kind: 0 a call begins, 1 ok, 2 failed, 3 unknown. */
export const PHASE = 3;
