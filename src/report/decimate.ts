/** Thinning out long series for a chart, so that no peak and no trough is lost. */

export interface Point {
  readonly t: number;
  readonly v: number | null;
}

/** At most `limit` points: of each stretch its lowest and its highest value, in their order of time. A stretch of gaps stays a gap. */
export function thin(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit) return [...points];
  const stretches = Math.max(1, Math.floor(limit / 2));
  const kept: Point[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    let low: Point | undefined;
    let high: Point | undefined;
    for (const point of points.slice(from, to)) {
      if (point.v === null) continue;
      if (low?.v == null || point.v < low.v) low = point;
      if (high?.v == null || point.v > high.v) high = point;
    }
    if (low === undefined || high === undefined) {
      const gap = points[from];
      if (gap !== undefined) kept.push({ t: gap.t, v: null });
    } else if (low === high) kept.push(low);
    else kept.push(...(low.t < high.t ? [low, high] : [high, low]));
  }
  return kept;
}

export interface BandPoint {
  readonly t: number;
  readonly low: number;
  readonly high: number;
}

/** The same for a band: the lowest low and the highest high of each stretch. */
export function thinBand(points: readonly BandPoint[], limit: number): BandPoint[] {
  if (points.length <= limit) return [...points];
  const kept: BandPoint[] = [];
  for (let stretch = 0; stretch < limit; stretch++) {
    const from = Math.floor((stretch * points.length) / limit);
    const slice = points.slice(from, Math.floor(((stretch + 1) * points.length) / limit));
    const first = slice[0];
    if (first === undefined) continue;
    let { low, high } = first;
    for (const point of slice) {
      low = Math.min(low, point.low);
      high = Math.max(high, point.high);
    }
    kept.push({ t: first.t, low, high });
  }
  return kept;
}
