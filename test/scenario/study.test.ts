import { describe, expect, it } from 'vitest';
import { BASE, errorsOf, resolved } from './base.ts';

const PLAIN = `seed: 1
horizon: 10m
traffic: { t: { rate: 5/s } }
designs: { d: { traffic: { t: q }, resources: { q: { type: service, serviceTime: 1ms } } } }
`;

describe('a steady study', () => {
  it('has no place for what is scripted: each of them is told, with what it needs', () => {
    const errors = errorsOf(`study: steady\n${BASE}`);
    expect(errors.map(({ code, path }) => [code, path])).toEqual([
      ['misfit', 'traffic.orders.changes'],
      ['misfit', 'faults'],
    ]);
    for (const { message } of errors) expect(message).toContain('needs study: terminating');
    const daily = PLAIN.replace('rate: 5/s', 'rate: { daily: { low: 1/s, high: 9/s, peak: 14h } }');
    expect(errorsOf(daily)).toEqual([]);
    expect(errorsOf(`study: steady\n${daily}`)).toMatchObject([{ code: 'misfit', path: 'traffic.t.rate' }]);
  });

  it('finds its warm-up unless one is written; a terminating one has none unless it is', () => {
    expect(resolved(`study: steady\n${PLAIN}`)).toMatchObject({ study: 'steady', warmupRule: 'mser-5', warmupUs: 0 });
    expect(resolved(`study: steady\nwarmup: 0s\n${PLAIN}`)).toMatchObject({ warmupRule: 'given', warmupUs: 0 });
    expect(resolved(`warmup: 30s\n${PLAIN}`)).toMatchObject({ warmupRule: 'given', warmupUs: 30_000_000 });
    expect(resolved(PLAIN)).toMatchObject({ study: 'terminating', warmupRule: 'given', warmupUs: 0, precision: null });
  });
});

describe('a steady study of a recording', () => {
  it('says that it takes the recording for endless', () => {
    const recorded = PLAIN.replace('rate: 5/s', 'trace: { file: clicks.csv, time: at }').replace('10m', 'trace');
    const about = (text: string): string =>
      resolved(text)
        .assumptions.map((one) => one.text)
        .join(' ');
    expect(about(`study: steady\n${recorded}`)).toContain('goes on like this for ever');
    expect(about(recorded)).not.toContain('goes on like this for ever');
  });
});

describe('a wanted precision', () => {
  it('is a share, or more about it', () => {
    expect(resolved(`precision: 2%\n${PLAIN}`).precision).toEqual({ within: 0.02, of: [], most: 1000 });
    const full =
      'precision: { within: 0.05, of: [ completion.p99 of t, lost.share of t, goodput of t, response.ok of t ], most: 50 }';
    expect(resolved(`${full}\n${PLAIN}`).precision).toEqual({
      within: 0.05,
      of: ['completionMs.p99', 'lost.share', 'goodputPerSecond', 'response.ok'].map((figure) => ({
        traffic: 't',
        figure,
      })),
      most: 50,
    });
  });

  it('may begin with more replications than it would stop at by default', () => {
    expect(resolved(`precision: 2%\nreplications: 2000\n${PLAIN}`).precision?.most).toBe(2000);
  });

  it('names figures of traffics that are there', () => {
    expect(errorsOf(`precision: { within: 2%, of: [ completion.mean of u ] }\n${PLAIN}`)).toMatchObject([
      { code: 'unknown-reference', path: 'precision.of.0' },
    ]);
    expect(errorsOf(`precision: { within: 2%, of: [ speed ] }\n${PLAIN}`)).toMatchObject([
      { code: 'objective', path: 'precision.of.0', expected: 'a figure such as completion.mean of orders' },
    ]);
    expect(errorsOf(`precision: 0%\n${PLAIN}`)).toMatchObject([{ code: 'out-of-range', path: 'precision' }]);
  });
});
