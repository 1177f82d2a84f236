/** Every closed form through the scenario format, with the customers that its precision takes: `npm run check:long`. */
import { describe, test } from 'vitest';
import { check, checkLittle } from './check.ts';
import { QUEUED, QUEUES, RETRIES } from './rows.ts';

describe('queueing theory, through the scenario format', () => {
  test.each(QUEUES)('$name', (row) => {
    checkLittle(check(row, row.customers, false), row.entry);
  });
});

describe('retries and queues, through the scenario format', () => {
  test.each([...RETRIES, ...QUEUED])('$name', (row) => {
    check(row, row.customers, false);
  });
});
