// Numbers of processes. In a file of their own, with no import, bundlers write them out where they are used; else each use is a load and a check.

/** After this many waits in a row that were fulfilled at once, the process goes on by an event: `maxEvents` ends an endless loop. */
export const AT_ONCE_AT_MOST = 1024;

/** No seat. */
export const NOBODY = -1;

/** Where a process stands. */
export const CREATED = 0;
export const DELAYED = 1;
export const SUSPENDED = 2;
export const READY = 3;
export const RUNNING = 4;
export const ENDED = 5;
export const BROKEN = 6;
