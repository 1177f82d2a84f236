/** Shrinking with rules for `breaks` that are known, so that it is known what must be left. */
import { describe, expect, test } from 'vitest';
import { mapAt } from '../../src/search/document.ts';
import { type Breach, type Document, type Play, shrink } from '../../src/search/index.ts';

const BREACH: Breach = { guarantee: 'order', resource: 'w', design: 'd', sentence: 'It broke.', evidence: [] };
const NOTHING = {} as never;

/** What is looked at of a document; of resources, wherever they stand. */
interface Shape extends Document {
  readonly seed: number;
  readonly load?: number;
  readonly drain?: string;
  readonly horizon?: string;
  readonly faults?: readonly unknown[];
}
type Resources = Readonly<Record<string, { readonly type: string; readonly concurrency?: number }>>;
const resourcesOf = (document: Document): Resources =>
  ({
    ...mapAt(document, 'resources'),
    ...mapAt(document, 'designs', 'd', 'resources'),
  }) as Resources;
const concurrency = (document: Document): number => resourcesOf(document)['w']?.concurrency ?? 0;

/** Breaks where `breaks` says so; `messages` is what the load says. */
function playing(breaks: (document: Shape) => boolean, messages = ({ load = 1 }: Shape): number => load): Play {
  return (document) =>
    breaks(document as Shape)
      ? { breaches: [BREACH], messages: messages(document as Shape), probes: NOTHING }
      : { breaches: [], messages: messages(document as Shape), probes: NOTHING };
}

const LARGE: Document = {
  seed: 812_345,
  horizon: '5m',
  drain: '15m',
  load: 700,
  traffic: { t: { rate: '20/s' }, u: { rate: '3/s' } },
  resources: { shared: { type: 'service', servers: 9 } },
  designs: {
    d: {
      traffic: { t: 'q', u: 'other' },
      resources: {
        q: { type: 'sqs', redrive: { maxReceiveCount: 3, deadLetterQueue: 'dead' } },
        other: { type: 'sqs' },
        dead: { type: 'sqs' },
        w: { type: 'consumer', source: 'q', concurrency: 7, handler: { calls: [{ to: 'shared' }] } },
        v: { type: 'consumer', source: 'other', handler: {} },
      },
    },
  },
  faults: [
    { at: '1s', resource: 'shared', down: true },
    { at: '2s', link: ['w', 'q'], lose: { replies: 0.5 } },
    { at: '3s', resource: 'other', down: true },
  ],
  guarantees: ['order of w', 'at-most-once of v'],
};

describe('takes away what it can do without', () => {
  test('a resource goes with its faults, its calls, its guarantees and who reads it; settings and numbers follow', () => {
    const needs = (d: Shape): boolean => concurrency(d) >= 2 && resourcesOf(d)['q']?.type === 'sqs' && d.seed > 0;
    const { document } = shrink(LARGE, BREACH, playing(needs));
    expect(document).toMatchObject({ resources: { q: { type: 'sqs' }, w: { concurrency: 2 } } });
    expect(Object.keys(document['resources'] as object).sort()).toEqual(['q', 'w']);
    expect(JSON.stringify(document)).not.toMatch(/shared|other|dead|at-most-once/);
  });

  test('no step leads through a document that does not break, or that breaks something else', () => {
    let wrong = 0;
    const play: Play = (document) => {
      if ((document['faults'] as readonly unknown[] | undefined)?.length === 0) wrong++;
      const sound = ((document['faults'] as readonly unknown[]) ?? []).length > 0;
      const breach = sound ? BREACH : { ...BREACH, guarantee: 'redrive' };
      return { breaches: [breach], messages: 1, probes: NOTHING };
    };
    const { document, breach } = shrink(LARGE, BREACH, play);
    expect(wrong).toBeGreaterThan(0);
    expect(breach.guarantee).toBe('order');
    expect(document['faults']).toHaveLength(1);
  });

  test('few messages come before few settings, and then they do not matter any more', () => {
    // Without the drain it takes 50 messages; with it one.
    const messages = ({ drain }: Shape): number => (drain === undefined ? 50 : 1);
    const { document, messages: few } = shrink(
      LARGE,
      BREACH,
      playing(() => true, messages),
    );
    expect(few).toBe(1);
    expect(document['drain']).toBeDefined();
  });
});

describe('ends', () => {
  test('with a document that no single step makes smaller: shrinking it again finds nothing', () => {
    const play = playing((d) => concurrency(d) >= 3 && (d.load ?? 0) > 12);
    const once = shrink(LARGE, BREACH, play);
    const again = shrink(once.document, BREACH, play);
    expect(again.document).toEqual(once.document);
  });

  test('after so many candidates as it was allowed', () => {
    const { tries } = shrink(
      LARGE,
      BREACH,
      playing((d) => (d.load ?? 0) > 1),
      { most: 40 },
    );
    expect(tries).toBeLessThanOrEqual(44);
  });

  test('the same document and rule give the same document', () => {
    const play = playing((d) => d.horizon !== undefined && (d.faults ?? []).length > 0);
    expect(shrink(LARGE, BREACH, play)).toEqual(shrink(LARGE, BREACH, play));
  });
});

test('what does not break is refused: there is nothing to shrink', () => {
  expect(() =>
    shrink(
      LARGE,
      BREACH,
      playing(() => false),
    ),
  ).toThrow('does not break');
});

test('luck belongs to the seed: where a part less breaks by few seeds only, one of them is found', () => {
  const play = playing(({ faults, seed }) => (faults ?? []).length > 0 || seed === 3);
  expect(shrink(LARGE, BREACH, play).document).toEqual({ seed: 3 });
});
