/** The numbers that are kept of a message. In a file without imports, so that a bundle has them where they are used. */

// Once it is acknowledged.
export const SentEarliest = 0;
export const SentLatest = 1;
export const SentN = 2;
// Of its newest receive, once it is received.
export const HeldEarliest = 3;
export const HeldLatest = 4;
export const HeldN = 5;
export const Due = 6;
export const Handle = 7;
export const Receives = 8;
export const Call = 9;
// Once it is deleted.
export const DeletedLatest = 10;
export const DeletedN = 11;
export const LIFE = 12;
