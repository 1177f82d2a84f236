/**
 * The kinds of record that checkers ask for; to be imported as `What`. A checker takes only types from the history, so they stand here again, and the compiler holds the two together.
 * Each is a number of its own in a file without imports: a bundle has it where it is used.
 */
import type { What as Recorded } from '../history/index.ts';

type Kind<Name extends keyof typeof Recorded> = (typeof Recorded)[Name];

export const requestInvoke: Kind<'requestInvoke'> = 0;
export const requestOk: Kind<'requestOk'> = 1;
export const requestFail: Kind<'requestFail'> = 2;
export const requestUnknown: Kind<'requestUnknown'> = 3;
export const sendInvoke: Kind<'sendInvoke'> = 4;
export const sendOk: Kind<'sendOk'> = 5;
export const sendFail: Kind<'sendFail'> = 6;
export const sendUnknown: Kind<'sendUnknown'> = 7;
export const receiveInvoke: Kind<'receiveInvoke'> = 8;
export const receiveOk: Kind<'receiveOk'> = 9;
export const receiveFail: Kind<'receiveFail'> = 10;
export const receiveUnknown: Kind<'receiveUnknown'> = 11;
export const deleteInvoke: Kind<'deleteInvoke'> = 12;
export const deleteOk: Kind<'deleteOk'> = 13;
export const deleteFail: Kind<'deleteFail'> = 14;
export const deleteUnknown: Kind<'deleteUnknown'> = 15;
export const visibilityOk: Kind<'visibilityOk'> = 17;
export const visibilityUnknown: Kind<'visibilityUnknown'> = 19;
export const purgeInvoke: Kind<'purgeInvoke'> = 20;
export const purgeOk: Kind<'purgeOk'> = 21;
export const handleInvoke: Kind<'handleInvoke'> = 24;
export const handleOk: Kind<'handleOk'> = 25;
export const handleFail: Kind<'handleFail'> = 26;
export const handleUnknown: Kind<'handleUnknown'> = 27;
export const publishInvoke: Kind<'publishInvoke'> = 28;
export const publishOk: Kind<'publishOk'> = 29;
export const publishFail: Kind<'publishFail'> = 30;
export const publishUnknown: Kind<'publishUnknown'> = 31;
export const deliverOk: Kind<'deliverOk'> = 33;
export const deliverFail: Kind<'deliverFail'> = 34;
export const owed: Kind<'owed'> = 37;
export const left: Kind<'left'> = 41;
export const faultInvoke: Kind<'faultInvoke'> = 44;
export const faultOk: Kind<'faultOk'> = 45;
export const healed: Kind<'healed'> = 49;
export const quiesced: Kind<'quiesced'> = 53;
export const read: Kind<'read'> = 57;
export const measured: Kind<'measured'> = 61;
export const end: Kind<'end'> = 65;
