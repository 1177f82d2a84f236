/** What may be known of a message, as flags. In a file without imports, so that a bundle has the numbers themselves where they are used. */

export const Acknowledged = 1;
export const Received = 2;
/** Its holder has begun to delete it, or has given it back. */
export const Released = 4;
/** Deleted by its holder while it was hidden: nobody else can have had it in between. */
export const SurelyDeleted = 8;
export const Deleted = 16;

// Of a record beside it, not kept with the message.
/** Its newest receiver has it in hand, as far as is known, its timeout left aside. */
export const Held = 32;
/** The record bears the handle of the newest receive, or neither has one. */
export const SameHandle = 64;
