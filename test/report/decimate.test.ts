import { describe, expect, it } from 'vitest';
import { thin, thinBand } from '../../src/report/decimate.ts';

describe('thinning out a series', () => {
  const points = Array.from({ length: 10_000 }, (_, t) => ({ t, v: t === 7_321 ? 900 : t === 42 ? -5 : t % 3 }));

  it('keeps every peak and trough and the order of time', () => {
    const thinned = thin(points, 400);
    expect(thinned.length).toBeLessThanOrEqual(400);
    expect(thinned).toContainEqual({ t: 7_321, v: 900 });
    expect(thinned).toContainEqual({ t: 42, v: -5 });
    expect(thinned.every((point, i) => i === 0 || point.t > (thinned[i - 1]?.t ?? -1))).toBe(true);
  });

  it('leaves a short series as it is', () => {
    expect(thin(points.slice(0, 400), 400)).toEqual(points.slice(0, 400));
  });

  it('keeps a gap a gap', () => {
    const gapped = points.map((point) => (point.t >= 3000 && point.t < 6000 ? { t: point.t, v: null } : point));
    const thinned = thin(gapped, 200);
    expect(thinned.some((point) => point.v === null)).toBe(true);
    expect(thinned.filter((point) => point.t > 3100 && point.t < 5900).every((point) => point.v === null)).toBe(true);
  });

  it('never narrows a band', () => {
    const band = thinBand(
      points.map((point) => ({ t: point.t, low: point.v, high: point.v + 1 })),
      100,
    );
    expect(band.length).toBeLessThanOrEqual(100);
    expect(Math.max(...band.map((point) => point.high))).toBe(901);
    expect(Math.min(...band.map((point) => point.low))).toBe(-5);
  });
});
