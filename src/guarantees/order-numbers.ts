/** The numbers that are kept of a group. In a file without imports, so that a bundle has them where they are used. */

// Once it has one: the message of highest rank, and the one that came last. Record numbers are kept plus 1.
export const HighRank = 0;
export const HighUs = 1;
export const HighCall = 2;
export const HighN = 3;
export const HighSent = 4;
export const LastUs = 5;
export const LastRank = 6;
export const LastN = 7;
export const GROUP = 8;
