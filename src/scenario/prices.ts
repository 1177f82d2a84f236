/** `prices` of a scenario: the free tier, and prices of one's own in place of the list's. */
import type { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { type Price, PRICES, type PriceName } from '../facts/index.ts';

export interface ResolvedPrices {
  /** Whether what AWS gives away each month is taken off; default false. */
  readonly freeTier: boolean;
  /** Prices in place of the list's, USD for as many units as the list's price is for. */
  readonly own: { readonly [N in PriceName]?: number };
}

/** Figures of a design's cost, by the name that an objective calls them. */
export const COST_FIGURES = {
  'cost.total': 'totalUsd',
  'cost.perMillionRequests': 'perMillionRequestsUsd',
  'cost.perMillionCompleted': 'perMillionCompletedUsd',
  'cost.perMonth': 'perMonthUsd',
} as const;
export type CostFigure = (typeof COST_FIGURES)[keyof typeof COST_FIGURES];

/** Dearer than anything on the list by far: only a slip of the pen is refused. */
const MOST_USD = 1_000_000;

export function pricesSchema(v: Vocabulary): z.ZodType<ResolvedPrices> {
  const list = (price: Price) =>
    v
      .number({ min: 0, max: MOST_USD })
      .optional()
      .meta({
        description: `USD for ${amountOf(price)}. Default: the list price, ${price.tiers[0].fact.value}${price.tiers.length > 1 ? ' in the first tier' : ''}.`,
      });
  const shape = Object.fromEntries(Object.values(PRICES).map((price: Price) => [price.name, list(price)]));
  return v
    .object({
      freeTier: v.flag().optional().meta({
        description: 'Whether what AWS gives away each month is taken off.',
        default: false,
      }),
      ...shape,
    })
    .transform((written): ResolvedPrices => {
      const { freeTier, ...own } = written as { readonly freeTier?: boolean } & ResolvedPrices['own'];
      return { freeTier: freeTier ?? false, own };
    });
}

/** `1000000 requests`, `1 GB-s`. */
function amountOf({ per, unit }: Price): string {
  return per === 1 ? `1 ${unit}` : `${String(per).replace(/\B(?=(\d{3})+$)/g, ',')} ${unit}`;
}
