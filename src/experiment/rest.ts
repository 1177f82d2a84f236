/** How long nothing may happen before a system is at rest: nothing that it does without a sign takes longer, polls, retries of calls, restarts of crashed instances. Microseconds. */
export const REST_US = 120_000_000;
