/**
 * Two results side by side. A figure that moved is judged in three steps: is it more than luck (the interval of the difference leaves 0
 * out), is it more than the tolerance, and is that for the better or for the worse?
 */
import type { DesignResult, GuaranteeResult, ObjectiveResult, Result } from '../../experiment/result.ts';
import { pairedDifference } from '../../stats/index.ts';
import { basisOf, designFigures, type Figure, metricFigures, trafficFigures } from './figures.ts';
import { type SettingDifference, settingDifferences } from './settings.ts';

export interface Side {
  readonly result: Result;
  /** The only design to be compared; null: all. */
  readonly design: string | null;
}

/**
 * `noise`: the replications cannot tell the two apart. `small`: real, but within the tolerance. `moved`: of a figure that is neither
 * better high nor low, or that one side does not have.
 */
export type FigureVerdict = 'worse' | 'better' | 'noise' | 'small' | 'moved';

export interface Difference {
  /** b minus a; null where the replications do not say. */
  readonly low: number;
  readonly high: number;
  readonly level: number | null;
  readonly method: string;
}

export interface FigureDifference {
  readonly figure: Figure;
  readonly a: number | null;
  readonly b: number | null;
  /** (b − a) ÷ |a|; null where it is not defined. */
  readonly change: number | null;
  readonly difference: Difference | null;
  readonly verdict: FigureVerdict;
}

export interface VerdictDifference {
  readonly what: 'objective' | 'guarantee';
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly verdict: 'worse' | 'better' | 'moved';
}

export interface DesignDifference {
  readonly a: string;
  readonly b: string;
  readonly figures: readonly FigureDifference[];
  readonly verdicts: readonly VerdictDifference[];
}

/** Something that only one side has. */
export interface OneSided {
  readonly side: 'a' | 'b';
  readonly what: 'design' | 'traffic' | 'resource' | 'metric' | 'objective' | 'guarantee' | 'assumption';
  readonly name: string;
  /** Design that it belongs to; null for a design or an assumption. */
  readonly design: string | null;
}

export interface ResultDifference {
  /** Nothing differs that was compared, nor anything else in the results but names. */
  readonly equal: boolean;
  /** Version and snapshot of facts, where they differ. */
  readonly made: readonly { readonly what: 'version' | 'facts'; readonly a: string; readonly b: string }[];
  readonly settings: readonly SettingDifference[];
  readonly onlyIn: readonly OneSided[];
  readonly designs: readonly DesignDifference[];
  readonly worse: number;
  readonly better: number;
}

/** Compares b with a; `tolerance` is a share, such as 0.05. */
export function compareResults(a: Side, b: Side, tolerance: number): ResultDifference {
  const [namesA, namesB] = [a, b].map((side) =>
    side.design === null ? Object.keys(side.result.designs) : [side.design],
  ) as [string[], string[]];
  const pairs =
    a.design !== null && b.design !== null
      ? [[a.design, b.design] as const]
      : namesA.filter((name) => namesB.includes(name)).map((name) => [name, name] as const);
  const onlyIn: OneSided[] = [
    ...oneSided(
      'design',
      null,
      namesA.filter((name) => !pairs.some((pair) => pair[0] === name)),
      [],
    ),
    ...oneSided(
      'design',
      null,
      [],
      namesB.filter((name) => !pairs.some((pair) => pair[1] === name)),
    ),
    ...oneSided('assumption', null, assumptionsOf(a.result), assumptionsOf(b.result)),
  ];
  const designs = pairs.map(([x, y]) => compareDesigns(a.result, b.result, x, y, tolerance, onlyIn));
  const made = (['version', 'facts'] as const).flatMap((what) =>
    a.result[what] === b.result[what] ? [] : [{ what, a: a.result[what], b: b.result[what] }],
  );
  const settings = settingDifferences(a.result.resolved, b.result.resolved, pairs);
  const judged = designs.flatMap(({ figures, verdicts }) => [...figures, ...verdicts].map(({ verdict }) => verdict));
  return {
    equal: made.length === 0 && settings.length === 0 && onlyIn.length === 0 && judged.length === 0,
    made,
    settings,
    onlyIn,
    designs,
    worse: judged.filter((verdict) => verdict === 'worse').length,
    better: judged.filter((verdict) => verdict === 'better').length,
  };
}

function assumptionsOf({ assumptions }: Result): string[] {
  return assumptions.map(({ about, text }) => (about === '' ? text : `${about}: ${text}`));
}

function oneSided(
  what: OneSided['what'],
  design: string | null,
  a: readonly string[],
  b: readonly string[],
): OneSided[] {
  const only = (side: 'a' | 'b', mine: readonly string[], other: readonly string[]): OneSided[] =>
    mine.filter((name) => !other.includes(name)).map((name) => ({ side, what, name, design }));
  return [...only('a', a, b), ...only('b', b, a)];
}

function compareDesigns(
  a: Result,
  b: Result,
  nameA: string,
  nameB: string,
  tolerance: number,
  onlyIn: OneSided[],
): DesignDifference {
  const [x, y] = [a.designs[nameA] as DesignResult, b.designs[nameB] as DesignResult];
  const label = nameA === nameB ? nameA : `${nameA}, ${nameB}`;
  const replications = [a.replications, b.replications] as const;
  const unequal = replications[0] !== replications[1];
  const paired = a.seed === b.seed && !unequal;
  const figures: FigureDifference[] = [];
  const compare = (of: readonly Figure[], with_: readonly Figure[]): void => {
    const others = new Map(with_.map((figure) => [figure.key, figure]));
    for (const figure of of) {
      const other = others.get(figure.key);
      if (other === undefined) continue;
      const found = compareFigures(figure, other, tolerance, paired);
      if (found !== null) figures.push(found);
    }
  };
  const regimes = [...new Set([...x.regimes, ...y.regimes].map(({ metric }) => metric))];
  compare(designFigures(a, nameA, regimes), designFigures(b, nameB, regimes));
  onlyIn.push(...oneSided('traffic', label, Object.keys(x.traffic), Object.keys(y.traffic)));
  for (const [name, traffic] of Object.entries(x.traffic)) {
    const other = y.traffic[name];
    if (other === undefined) continue;
    const basis = basisOf(traffic, other, replications);
    compare(trafficFigures(a, nameA, name, basis), trafficFigures(b, nameB, name, basis));
  }
  onlyIn.push(...oneSided('resource', label, Object.keys(x.resources), Object.keys(y.resources)));
  for (const [name, resource] of Object.entries(x.resources)) {
    const other = y.resources[name];
    if (other === undefined) continue;
    const metrics = [resource, other].map((one) => Object.keys(one.metrics).map((metric) => `${name}.${metric}`));
    onlyIn.push(...oneSided('metric', label, metrics[0] ?? [], metrics[1] ?? []));
    compare(metricFigures(a, nameA, name, unequal), metricFigures(b, nameB, name, unequal));
  }
  const objectives = [x, y].map((one) => verdictsOf(one.objectives, ({ text }) => text)) as [Verdicts, Verdicts];
  const guarantees = [x, y].map((one) => verdictsOf(one.guarantees, nameOfGuarantee)) as [Verdicts, Verdicts];
  onlyIn.push(...oneSided('objective', label, [...objectives[0].keys()], [...objectives[1].keys()]));
  onlyIn.push(...oneSided('guarantee', label, [...guarantees[0].keys()], [...guarantees[1].keys()]));
  const verdicts = [
    ...compareVerdicts('objective', ...objectives, ['missed', 'undecided', 'met']),
    ...compareVerdicts('guarantee', ...guarantees, ['broken', 'held']),
  ];
  return { a: nameA, b: nameB, figures, verdicts };
}

/** null where the two are equal. */
function compareFigures(a: Figure, b: Figure, tolerance: number, paired: boolean): FigureDifference | null {
  if (a.value === b.value) return null;
  const common = { figure: b, a: a.value, b: b.value };
  if (a.value === null || b.value === null) {
    const verdict = !b.absentIsWorst ? 'moved' : b.value === null ? 'worse' : 'better';
    return { ...common, change: null, difference: null, verdict };
  }
  const change = a.value === 0 ? null : (b.value - a.value) / Math.abs(a.value);
  const difference = differenceOf(a, b, paired);
  if (difference !== null && difference.low <= 0 && difference.high >= 0) {
    return { ...common, change, difference, verdict: 'noise' };
  }
  const small = change !== null && Math.abs(change) <= tolerance;
  const up = b.value > a.value;
  const verdict =
    b.better === 'neither' ? 'moved' : small ? 'small' : up === (b.better === 'higher') ? 'better' : 'worse';
  return { ...common, change, difference, verdict };
}

/** The interval of b − a: over pairs of replications where the runs shared their luck and the result holds them, else from both intervals. */
function differenceOf(a: Figure, b: Figure, paired: boolean): Difference | null {
  const [pairsA, pairsB] = [a.perReplication, b.perReplication];
  const level = b.interval?.level ?? a.interval?.level ?? null;
  if (paired && pairsA !== null && pairsB !== null && pairsA.length === pairsB.length && pairsA.length > 1) {
    const found = pairedDifference(pairsB, pairsA, level ?? PAIRED_LEVEL);
    if (found.low !== null && found.high !== null) {
      return { low: found.low, high: found.high, level: found.level, method: found.method };
    }
  }
  if (a.interval === null || b.interval === null || a.interval.level !== b.interval.level) return null;
  if (a.value === null || b.value === null) return null;
  // Half-widths on the side that matters, added as of independent estimates: exact for t intervals, Newcombe's way for shares.
  const down = Math.hypot(b.value - b.interval.low, a.interval.high - a.value);
  const up = Math.hypot(b.interval.high - b.value, a.value - a.interval.low);
  const centre = b.value - a.value;
  return {
    low: centre - down,
    high: centre + up,
    level,
    method: 'from the two intervals, as if independent: wider than the truth where the runs shared their luck',
  };
}

/** Where neither side has an interval that names its level. */
const PAIRED_LEVEL = 0.95;

type Verdicts = ReadonlyMap<string, string>;

/** By name; a second one of the same name gets a number. */
function verdictsOf<T extends ObjectiveResult | GuaranteeResult>(
  all: readonly T[],
  nameOf: (one: T) => string,
): Verdicts {
  const found = new Map<string, string>();
  for (const one of all) {
    const name = nameOf(one);
    let key = name;
    for (let i = 2; found.has(key); i++) key = `${name} (${i})`;
    found.set(key, one.verdict);
  }
  return found;
}

function nameOfGuarantee({ name, resource }: GuaranteeResult): string {
  return resource === '' ? name : `${name} of ${resource}`;
}

/** `ranks`: verdicts from the worst to the best; one that is not in it, such as "not exercised", is neither. */
function compareVerdicts(
  what: VerdictDifference['what'],
  a: Verdicts,
  b: Verdicts,
  ranks: readonly string[],
): VerdictDifference[] {
  return [...a].flatMap(([name, before]): VerdictDifference[] => {
    const after = b.get(name);
    if (after === undefined || after === before) return [];
    const [x, y] = [ranks.indexOf(before), ranks.indexOf(after)];
    const worst = y === 0;
    const verdict = worst || (x >= 0 && y >= 0 && y < x) ? 'worse' : x >= 0 && y > x ? 'better' : 'moved';
    return [{ what, name, a: before, b: after, verdict }];
  });
}
