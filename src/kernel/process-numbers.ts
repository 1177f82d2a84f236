// Numbers of processes. In a file of their own, with no import, bundlers write them out where they are used; else each use is a load and a check.

/** After this many waits in a row that were fulfilled at once, the process goes on by an event: `maxEvents` ends an endless loop. */
export const AT_ONCE_AT_MOST = 1024;

/** Where a process stands. */
export const CREATED = 0;
export const DELAYED = 1;
export const SUSPENDED = 2;
/** Its wait is over; STRUCK: and what came of it is to be thrown. */
export const READY = 3;
export const STRUCK = 4;
export const RUNNING = 5;
export const ENDED = 6;
export const BROKEN = 7;
