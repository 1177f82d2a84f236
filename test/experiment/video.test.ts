import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { DesignResult } from '../../src/experiment/result.ts';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

interface Street {
  readonly traffic?: string;
  readonly cameras?: string;
  readonly rest?: string;
  readonly horizon?: string;
}

/** Four cameras; each sends a fragment of 100,000 bytes each two seconds. */
function text({ traffic = '', cameras = '', rest = '', horizon = '60s' }: Street): string {
  return `seed: 1
horizon: ${horizon}
drain: 20s
replications: 1
traffic: { f: { rate: 2/s, arrivals: regular, size: 100KB, ${traffic} } }
designs:
  d:
    traffic: { f: cameras }
    resources:
      cameras: { type: video, cameras: 4, ${cameras} }
${rest}`;
}
const run = (street: Street): DesignResult => runScenario(resolve(text(street))).designs['d'] as DesignResult;
const metric = (design: DesignResult, name: string) =>
  design.resources['cameras']?.metrics[name] as { readonly sum: number; readonly mean: number; readonly max: number };
const f = (design: DesignResult) => design.traffic['f'] as NonNullable<DesignResult['traffic'][string]>;

describe('cameras in a design', () => {
  test('are told that a fragment was received as soon as it was taken, and half a second later where it is kept', () => {
    expect(f(run({})).completionMs.p50).toBeCloseTo(2000, 0);
    const kept = run({ cameras: 'retention: 24h' });
    expect(f(kept).completionMs.p50).toBeCloseTo(2500, 0);
    expect(f(kept).completed).toBe(f(kept).offered);
    expect(metric(kept, 'PutMedia.ActiveConnections').max).toBe(4);
  });

  test('lose what is on a connection that ends, or send it again', () => {
    const rest = 'faults: [ { at: 20s, for: 10s, resource: cameras, down: true } ]';
    const lossy = run({ rest });
    // Those that were being taken, and those of ten seconds.
    expect(f(lossy).rejected).toBe(4 + 20);
    const patient = run({ traffic: 'retry: { attempts: 20, backoff: 1s }', rest });
    expect([f(patient).rejected, f(patient).completed]).toEqual([0, f(patient).offered]);
    // They have what they missed whole, so they catch up.
    expect(f(patient).completionMs.p50).toBeCloseTo(2000, 0);
  });

  test('connect anew after 45 minutes', () => {
    const design = run({ horizon: '46m' });
    expect(metric(design, 'PutMedia.ErrorAckCount').sum).toBe(4);
    expect(metric(design, 'PutMedia.Requests').sum).toBe(8);
    expect(f(design).rejected).toBe(4);
  });

  test('may be watched by three each, and by more over HLS', () => {
    const watched = run({ cameras: 'viewers: 4' });
    const fragments = metric(watched, 'PutMedia.IncomingFragments').sum;
    expect(metric(watched, 'GetMedia.OutgoingFragments').sum / fragments).toBeCloseTo(3, 1);
    expect(metric(watched, 'GetMedia.ConnectionErrors').sum).toBeGreaterThan(4 * 50);
    const played = run({ cameras: 'retention: 1h, playback: 5' });
    expect(metric(played, 'HLS.Refused').sum).toBe(0);
    const share = metric(played, 'HLS.OutgoingBytes').sum / metric(played, 'PutMedia.IncomingBytes').sum;
    expect(share).toBeGreaterThan(4.5);
    expect(share).toBeLessThanOrEqual(5);
  });

  test('are billed for what goes in and out and is kept [video.price]', () => {
    const design = run({ cameras: 'retention: 24h, viewers: 1' });
    const gb = metric(design, 'PutMedia.IncomingBytes').sum / 1_073_741_824;
    const lines = new Map(design.cost?.lines.map(({ item, usd }) => [item, usd]));
    expect(lines.get('data in')).toBeCloseTo(gb * 0.0085, 9);
    expect(lines.get('data out')).toBeCloseTo(gb * 0.0085, 4);
    expect(lines.get('fragments kept')).toBeCloseTo(((gb * 24) / 730) * 0.023, 9);
    expect(lines.has('data out by HLS')).toBe(false);
  });

  test.each([
    ['retention: 90m', 'whole hours'],
    ['playback: 1', 'a retention beside playback'],
    ['fragment: 30s', '1s to 20s'],
  ])('%s is refused', (cameras, expected) => {
    const parsed = parseScenario(text({ cameras }), { file: 't.yaml', name: 't', readText: () => undefined });
    expect(parsed.ok ? '' : parsed.errors[0]?.expected).toContain(expected);
  });
});
