/**
 * Quantities → USD. Tiers and free allowances are by the month: a run of a day or more is taken for a stretch of a month like it, a shorter
 * one tells of no month, so the first tier holds and of the free tier it has its part.
 */
import { type Price, priceFacts } from '../facts/index.ts';
import type { ResolvedPrices } from '../scenario/prices.ts';
import type { Usage } from './cost-usage.ts';

const MONTH_HOURS = priceFacts.monthHours.value;
const DAY_HOURS = 24;

/** Whether a window is long enough to stand for a month. */
export function tellsOfMonths(hours: number): boolean {
  return hours >= DAY_HOURS;
}

/** USD of each usage, in their order. What several use at one price shares its tiers and its free allowance in proportion. */
export function pricesOf(usages: readonly Usage[], prices: ResolvedPrices, hours: number): number[] {
  const totals = new Map<Price, number>();
  for (const { price, quantity } of usages) totals.set(price, (totals.get(price) ?? 0) + quantity);
  const free = prices.freeTier ? freeOf(totals, hours) : null;
  const usd = new Map<Price, number>();
  for (const [price, total] of totals) usd.set(price, usdOf(price, total - (free?.get(price) ?? 0), prices, hours));
  return usages.map(({ price, quantity }) => {
    const total = totals.get(price) ?? 0;
    return total === 0 ? 0 : ((usd.get(price) ?? 0) * quantity) / total;
  });
}

/** USD for so many units within so many hours. */
function usdOf(price: Price, units: number, { own }: ResolvedPrices, hours: number): number {
  const given = (own as Readonly<Record<string, number | undefined>>)[price.name];
  if (given !== undefined) return (units / price.per) * given;
  const [first] = price.tiers;
  if (!tellsOfMonths(hours) || price.tiers.length === 1) return (units / price.per) * first.fact.value;
  const share = hours / MONTH_HOURS;
  const monthly = units / share;
  let from = 0;
  let usd = 0;
  for (const { upTo, fact } of price.tiers) {
    if (monthly <= from) break;
    usd += ((Math.min(monthly, upTo) - from) / price.per) * fact.value;
    from = upTo;
  }
  return usd * share;
}

/** Free units of each price: the window's part of the month's allowance, at most what was used. */
function freeOf(totals: ReadonlyMap<Price, number>, hours: number): Map<Price, number> {
  const used = new Map<string, number>();
  for (const [{ free }, total] of totals) if (free !== null) used.set(free.of, (used.get(free.of) ?? 0) + total);
  const found = new Map<Price, number>();
  for (const [price, total] of totals) {
    if (price.free === null || total === 0) continue;
    const together = used.get(price.free.of) ?? 0;
    const allowed = Math.min(together, (price.free.units * hours) / MONTH_HOURS);
    found.set(price, (allowed * total) / together);
  }
  return found;
}
