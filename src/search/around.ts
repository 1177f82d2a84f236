/**
 * Random candidates around a scenario: its designs as they are, under other traffic, other faults and another order of what happens at once.
 *
 *   scenario ─▶ one of its designs ─▶ horizon · load of each traffic · its own faults, some left out · faults of ours · ties · seed ─▶ candidate
 *
 * What the scenario says of its resources stays: that is what is tried.
 */
import fc from 'fast-check';
import { formatDuration, type ResolvedDesign, type ResolvedScenario } from '../scenario/index.ts';
import { alone, faultsOf } from './alone.ts';
import { type Document, mapAt, written } from './document.ts';
import { faultScripts, instantIn } from './fault-scripts.ts';

export interface SpaceOptions {
  /** Requests of one run, at most. */
  readonly messages: number;
  /** Designs to choose from; left out: all. */
  readonly designs?: readonly string[];
  /** Whether faults of ours may strike a resource, by itself or on the way to it; left out: all. */
  readonly isStruck?: (name: string) => boolean;
}

const HORIZONS_US = [1, 5, 20, 60, 300].map((seconds) => seconds * 1_000_000);
/** Requests of one traffic. Few are tried as often as many: what a few do is told more easily. */
const LOADS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;
/** How long a run may go on, besides its longest timers; it ends before that when nothing is left. */
const DRAIN_US = 600_000_000;
/** As often may the longest visibility timeout of a design ring meanwhile. */
const RINGS = 5;
const MOST_DRAIN_US = 86_400_000_000;
/** Users of a closed loop at most. */
const MOST_USERS = 50;
/** Faults that are over at once. */
const BLOWS = ['crash', 'redrive', 'flush'];
const SOURCE_KEYS = ['rate', 'changes', 'arrivals', 'trace', 'users', 'think'];

/** Candidates around `document`, of which `scenario` is the resolved form. */
export function around(document: Document, scenario: ResolvedScenario, options: SpaceOptions): fc.Arbitrary<Document> {
  const designs = scenario.designs.filter(({ name }) => options.designs?.includes(name) ?? true);
  return fc
    .tuple(fc.constantFrom(...designs), fc.constantFrom(...HORIZONS_US), fc.integer({ min: 1, max: 999_999 }))
    .chain(([design, horizonUs, seed]) =>
      fc
        .record({
          traffic: loads(document, scenario, horizonUs, options.messages),
          own: ownFaults(document, scenario, design, horizonUs),
          faults: seldomNone(faultScripts(design, horizonUs, options.isStruck)),
          ties: sometimes(fc.integer({ min: 1, max: 999 }).map((shuffle) => ({ shuffle }))),
        })
        .map(
          ({ traffic, own, faults, ties }): Document =>
            written({
              ...alone(document, scenario, design),
              seed,
              horizon: formatDuration(horizonUs),
              drain: formatDuration(drainOf(design)),
              replications: 1,
              judged: 1,
              ties,
              traffic,
              faults: [...own, ...faults],
            }),
        ),
    );
}

/** Long enough for what is timed out, retried or redriven to come to its end. */
function drainOf({ resources }: ResolvedDesign): number {
  const hidden = resources.map((one) => (one.type === 'sqs' ? one.visibilityTimeoutUs + one.delayUs : 0));
  return Math.min(MOST_DRAIN_US, DRAIN_US + RINGS * Math.max(...hidden));
}

/** Half of the time not there at all: a feature that is always on hides what happens without it. */
export function sometimes<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(fc.constant(undefined), value);
}

function seldomNone(scripts: fc.Arbitrary<readonly Document[]>): fc.Arbitrary<readonly Document[]> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: scripts });
}

/** Every traffic with a load of its own, and the rest of it as written. */
function loads(
  document: Document,
  scenario: ResolvedScenario,
  horizonUs: number,
  messages: number,
): fc.Arbitrary<Document> {
  const most = Math.max(1, Math.floor(messages / scenario.traffic.length));
  const each = scenario.traffic.map(({ name, source, key }) => {
    const raw = mapAt(document, 'traffic', name);
    const rest = Object.fromEntries(Object.entries(raw).filter(([setting]) => !SOURCE_KEYS.includes(setting)));
    const closed = source.kind === 'users' ? closedLoop(raw, most) : null;
    return fc
      .record({
        source: closed === null ? openLoad(most, horizonUs) : fc.oneof(openLoad(most, horizonUs), closed),
        key: key === null ? fc.constant(undefined) : sometimes(fc.constantFrom(1, 2, 5).map(fewKeys)),
        // Only where the scenario reckons with them: who sends twice has his work done twice, and poison is never done.
        duplicates: raw['duplicates'] === undefined ? fc.constant(undefined) : sometimes(fc.constantFrom(0.1, 0.5)),
        poison: raw['poison'] === undefined ? fc.constant(undefined) : sometimes(fc.constantFrom(0.02, 0.2)),
      })
      .map(({ source: load, ...changed }): [string, Document] => [name, { ...rest, ...load, ...defined(changed) }]);
  });
  return fc.tuple(...each).map((all) => Object.fromEntries(all));
}

const fewKeys = (keys: number): unknown => ({ uniform: { keys } });

export function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function defined(settings: Document): Document {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** So many requests on average, in one of three shapes. */
function openLoad(most: number, horizonUs: number): fc.Arbitrary<Document> {
  const fitting = LOADS.filter((load) => load <= most);
  const seconds = horizonUs / 1_000_000;
  return fc
    .record({
      load: fc.constantFrom(...fitting),
      shape: fc.constantFrom('even', 'regular', 'burst', 'spike'),
      at: instantIn(horizonUs),
    })
    .map(({ load, shape, at }): Document => {
      const rate = rateText(load / seconds);
      if (shape === 'burst') return { rate: '0/s', changes: [{ at, burst: load }] };
      if (shape === 'spike') {
        const length = Math.max(1, Math.floor(horizonUs / 10));
        return {
          rate: rateText(load / 2 / seconds),
          changes: [{ at, for: formatDuration(length), rate: rateText((load * 5) / seconds) }],
        };
      }
      return shape === 'regular' ? { rate, arrivals: 'regular' } : { rate };
    });
}

function closedLoop(raw: Document, most: number): fc.Arbitrary<Document> {
  const { think } = raw;
  return fc
    .integer({ min: 1, max: Math.min(MOST_USERS, most) })
    .map((users) => (think === undefined ? { users } : { users, think }));
}

/** `12.5/s`: three digits are as good as all. */
function rateText(perSecond: number): string {
  return `${Number(perSecond.toPrecision(3))}/s`;
}

/** The script of the scenario: each of its faults there or not, at an instant that corresponds. */
function ownFaults(
  document: Document,
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  horizonUs: number,
): fc.Arbitrary<readonly unknown[]> {
  const factor = horizonUs / scenario.horizonUs;
  const own = faultsOf(document, scenario, design).map(({ fault, atUs }) => {
    // Where the script never lets go of it nothing can be told of the end. A blow is over by itself.
    const limited = fault['for'] === undefined && BLOWS.every((blow) => !(blow in fault)) ? { for: '1m' } : {};
    return { ...fault, ...limited, at: formatDuration(Math.floor(atUs * factor)) };
  });
  return own.length === 0 ? fc.constant([]) : fc.oneof(fc.constant([]), fc.subarray(own));
}
