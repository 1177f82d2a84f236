import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../src/calls/retry-budget.ts';

const sdk = { capacity: 500, cost: 14, throttlingCost: 5, refund: 1 };

describe('retry budget', () => {
  it('lets 35 retries through at 14 tokens of 500, or 100 at 5, and then none', () => {
    const takes = (throttled: boolean): number => {
      const budget = new RetryBudget(sdk);
      let count = 0;
      while (budget.take(throttled)) count++;
      return count;
    };
    expect([takes(false), takes(true)]).toEqual([35, 100]);
  });

  it('takes nothing where there is not enough', () => {
    const budget = new RetryBudget({ ...sdk, capacity: 13 });
    expect(budget.take(false)).toBe(false);
    expect(budget.tokens).toBe(13);
    expect(budget.take(true)).toBe(true);
    expect(budget.tokens).toBe(8);
  });

  it('gets back 1 for a success at once, what the last retry cost for one after retries, and never more than it holds', () => {
    const budget = new RetryBudget(sdk);
    for (let i = 0; i < 3; i++) budget.take(false);
    budget.succeeded(false, false);
    expect(budget.tokens).toBe(500 - 42 + 1);
    budget.succeeded(true, true);
    expect(budget.tokens).toBe(464);
    budget.succeeded(true, false);
    expect(budget.tokens).toBe(478);
    for (let i = 0; i < 3; i++) budget.succeeded(true, false);
    expect(budget.tokens).toBe(500);
  });
});
