/** Steady-state studies: where the warm-up ends, and how much neighbouring batches of a run depend on each other. */

/** Result of `mser`: leave out the first `cut` means. */
export interface WarmUp {
  readonly cut: number;
  /** False where the best cut lies at the end of the range looked at: the run is too short to tell. */
  readonly reliable: boolean;
}

/** Fewest means that anything can be said from. */
const FEWEST = 4;

/**
 * MSER (White 1997) on means of equally many consecutive observations (of five: MSER-5): the cut, at most half, that leaves the smallest
 * standard error of the rest. Deterministic. Under four means: no cut, not reliable.
 */
export function mser(means: readonly number[]): WarmUp {
  const n = means.length;
  if (n < FEWEST) return { cut: 0, reliable: false };
  const half = Math.floor(n / 2);
  let centre = 0;
  let squares = 0;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  for (let d = n - 1; d >= 0; d--) {
    const kept = n - d;
    const off = (means[d] as number) - centre;
    centre += off / kept;
    squares += off * ((means[d] as number) - centre);
    // "<=": of equally good cuts the one that keeps more.
    if (d <= half && squares / (kept * kept) <= best) {
      best = squares / (kept * kept);
      cut = d;
    }
  }
  return { cut, reliable: cut < half - 1 };
}

/**
 * Correlation between neighbours in several series together, about `centre` (default: each series' own mean, which makes it about
 * 1/length too low). null where nothing varies, or no series has two values.
 */
export function lagOne(series: readonly (readonly number[])[], centre?: number): number | null {
  let together = 0;
  let pairs = 0;
  let squares = 0;
  let values = 0;
  for (const one of series) {
    const middle = centre ?? one.reduce((sum, x) => sum + x, 0) / one.length;
    one.forEach((x, i) => {
      squares += (x - middle) * (x - middle);
      values++;
      if (i === 0) return;
      together += ((one[i - 1] as number) - middle) * (x - middle);
      pairs++;
    });
  }
  return pairs === 0 || squares === 0 ? null : together / pairs / (squares / values);
}
