/** What happened, in sentences with numbers. */
import type {
  ComparisonResult,
  DesignResult,
  Disturbance,
  GuaranteeResult,
  ObjectiveResult,
  Result,
  TrafficResult,
} from '../experiment/result.ts';
import { accessSentences } from './access.ts';
import { backlogs, backlogStory } from './charts/backlog.ts';
import {
  designNames,
  designOf,
  disturbanceOfRecovery,
  FATE_WORDS,
  FATES,
  isUnexpected,
  parseObjective,
} from './findings.ts';
import {
  ABSENT,
  count,
  duration,
  type Formatter,
  formatterOfField,
  formatterOfMetric,
  level,
  list,
  plural,
  range,
  rate,
  share,
  spread,
  usd,
  wordsOfField,
} from './format.ts';

export interface DesignStory {
  readonly name: string;
  readonly index: number;
  readonly sentences: readonly string[];
  /** The sentences that matter most, for where room is scarce. */
  readonly brief: readonly string[];
}

export interface Story {
  /** Who meets the objectives, in one sentence; of a steady study also what was left out, and how surely things are known where that was asked for. */
  readonly headline: string;
  /** What must be seen first: broken guarantees, outcomes that nobody expected. */
  readonly alarms: readonly string[];
  readonly designs: readonly DesignStory[];
  /** Differences between designs under common random numbers. */
  readonly comparisons: readonly string[];
}

export function tellStory(result: Result): Story {
  return {
    headline: [headline(result), ...studySentences(result)].join(' '),
    alarms: [...alarms(result), ...precisionAlarm(result)],
    designs: designNames(result).map((name, index) => {
      const sentences = designSentences(result, name);
      return {
        name,
        index,
        sentences,
        brief: sentences.filter(
          (one, place) =>
            place < 2 ||
            / had not recovered | repeated work | recovered from .* only in |two regimes|^Access: /.test(one),
        ),
      };
    }),
    comparisons: result.comparisons
      .filter(
        (one) =>
          one.a === designNames(result)[0] && (designNames(result).length > 3 ? TOLD_OF_MANY : TOLD).test(one.metric),
      )
      .flatMap(comparisonSentence)
      .slice(0, MOST_TOLD),
  };
}

/** Broken guarantees first, then objectives that came out otherwise than expected. */
export function alarms(result: Result): string[] {
  const broken: string[] = [];
  const unexpected: string[] = [];
  for (const name of designNames(result)) {
    const design = designOf(result, name);
    for (const one of design.guarantees) if (isAlarming(one)) broken.push(guaranteeSentence(name, one));
    for (const one of design.objectives) {
      if (!isUnexpected(one)) continue;
      unexpected.push(
        one.verdict === 'missed'
          ? `${name} misses “${one.text}” (${objectiveValue(design, one)}), although it was expected to meet it.`
          : `${name} meets “${one.text}” (${objectiveValue(design, one)}), although it was expected to miss it.`,
      );
    }
  }
  return [...broken, ...unexpected];
}

/** What the long run leaves out and what its intervals come from; and the precision that was reached. */
function studySentences(result: Result): string[] {
  const { study } = result;
  if (study === undefined) return [];
  const sentences: string[] = [];
  const { warmup, batches, precision } = study;
  if (warmup !== null) {
    const why =
      warmup.rule === 'given'
        ? 'as the scenario says'
        : `where MSER-5 sees the latest warm-up end over ${plural(warmup.pilotReplications, 'replication')}`;
    const what =
      warmup.cutMs === 0
        ? `nothing is left out, ${warmup.rule === 'given' ? why : `for MSER-5 sees no warm-up over ${plural(warmup.pilotReplications, 'replication')}`}`
        : `arrivals before ${duration(warmup.cutMs)} are left out in every design, ${why}`;
    sentences.push(`These are long-run figures: ${what}.`);
  }
  if (batches !== null) {
    const many =
      Object.keys(result.designs).length > 1
        ? 'each design ran once, and its intervals come'
        : 'the intervals of its one run come';
    sentences.push(`${capital(many)} from ${batches.count} batches of ${duration(batches.lengthMs)}.`);
    const close = batches.evidence.filter(({ independent }) => !independent);
    if (close.length > 0) {
      const where = list([...new Set(close.map(({ design, traffic }) => `${traffic} in ${design}`))]);
      sentences.push(
        `Neighbouring batches of ${where} depend on each other, so the run is too short for intervals there.`,
      );
    }
  }
  if (precision?.met === true && precision.least !== null && precision.reached !== null) {
    sentences.push(
      `${plural(result.replications, 'replication')} brought every wanted figure to within ${share(precision.wanted)}: ${leastKnown(precision.least)} is known to within ${share(precision.reached)}.`,
    );
  }
  return sentences;
}

function precisionAlarm(result: Result): string[] {
  const precision = result.study?.precision ?? null;
  if (precision === null || precision.met) return [];
  const { least, reached, wanted, reason } = precision;
  const known =
    least === null
      ? 'no figure could be judged'
      : reached === null
        ? `${leastKnown(least)} has no interval`
        : `${leastKnown(least)} is known only to within ${share(reached)}`;
  const limit = result.replications >= precision.most ? ', the most that the scenario allows' : '';
  return [
    `The wanted precision of ${share(wanted)} was not reached: after ${plural(result.replications, 'replication')}${limit}, ${known}${reason === null ? '' : ` (${reason})`}.`,
  ];
}

function leastKnown({ design, figure }: { readonly design: string; readonly figure: string }): string {
  return `the ${wordsOfKey(figure)} in ${design}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function isAlarming(one: GuaranteeResult): boolean {
  return (one.verdict === 'broken' || one.verdict === 'held') && one.verdict !== one.expected;
}

function guaranteeSentence(name: string, one: GuaranteeResult): string {
  const of = one.resource === '*' ? 'the run' : one.resource;
  const why = one.sentence === undefined ? '' : ` ${one.sentence}`;
  return one.verdict === 'broken'
    ? `The guarantee “${one.name}” of ${of} is broken in ${name}.${why}`
    : `The guarantee “${one.name}” of ${of} held in ${name}, although it was expected to break.`;
}

/** How the guarantees of each judged design came out, broken ones by name; empty where none were judged. */
export function guaranteeSummaries(result: Result): string[] {
  return designNames(result).flatMap((name) => {
    const judged = designOf(result, name).guarantees.filter((one) => one.counts !== undefined);
    if (judged.length === 0) return [];
    const those = (verdict: GuaranteeResult['verdict']): GuaranteeResult[] =>
      judged.filter((one) => one.verdict === verdict);
    const broken = those('broken').map(
      (one) => `${one.name} of ${one.resource}${one.expected === 'broken' ? ', as expected' : ''}`,
    );
    const parts = [
      ...(broken.length > 0 ? [`${broken.length} broken (${broken.join('; ')})`] : []),
      `${those('held').length} held`,
      ...(['unknown', 'not exercised'] as const).flatMap((verdict) =>
        those(verdict).length > 0 ? [`${those(verdict).length} ${verdict}`] : [],
      ),
    ];
    return [`Guarantees of ${name}: ${parts.join(', ')}.`];
  });
}

/** The value that an objective was judged by, in its unit, or why nothing was judged. A time that was never reached is told so. */
export function objectiveValue(design: DesignResult, objective: ObjectiveResult): string {
  const format = objectiveFormatter(design, objective.text);
  if (objective.reason !== undefined) return objective.reason;
  if (objective.value === null) return format === duration && objective.verdict === 'missed' ? 'never' : ABSENT;
  return format(objective.value);
}

function objectiveFormatter(design: DesignResult, text: string): Formatter {
  const parsed = parseObjective(text);
  if (parsed === undefined) return count;
  if (parsed.subject === 'cost') return usd;
  if (parsed.subject === 'metric') {
    return formatterOfMetric(parsed.field, design.resources[parsed.name]?.metrics[parsed.field]?.unit ?? 'None');
  }
  return formatterOfField(parsed.statistic === null ? parsed.field : `${parsed.field}.${parsed.statistic}`);
}

function headline(result: Result): string {
  const names = designNames(result);
  const judged = names.map((name) => {
    const all = designOf(result, name).objectives;
    return {
      name,
      all: all.length,
      met: all.filter((one) => one.verdict === 'met').length,
      missed: all.filter((one) => one.verdict === 'missed').length,
      undecided: all.filter((one) => one.verdict === 'undecided').length,
      foreseen: all.every((one) => !isUnexpected(one)),
    };
  });
  if (judged.every((one) => one.all === 0)) {
    return `${plural(names.length, 'design')}, ${plural(result.replications, 'replication')} of ${duration(result.horizonMs)}${result.replications > 1 ? ' each' : ''}; no objectives were set.`;
  }
  const perfect = judged.filter((one) => one.all > 0 && one.met === one.all);
  const rest = judged.filter((one) => one.all > 0 && one.met < one.all);
  const parts: string[] = [];
  if (perfect.length > 0) {
    const quantity =
      perfect.length > 1
        ? 'every objective'
        : perfect[0]?.all === 1
          ? 'its objective'
          : `all ${perfect[0]?.all ?? 0} objectives`;
    parts.push(`${list(perfect.map((one) => one.name))} ${perfect.length > 1 ? 'meet' : 'meets'} ${quantity}`);
  }
  // Designs that fare alike share a clause.
  const alike = new Map<string, string[]>();
  for (const one of rest) {
    const of = plural(one.all, 'objective');
    const missed = one.missed > 0 ? [one.all === 1 ? 'misses its objective' : `misses ${one.missed} of ${of}`] : [];
    const open = one.undecided > 0 ? [`leaves ${one.undecided}${one.missed > 0 ? '' : ` of ${of}`} undecided`] : [];
    const clause = `${list([...missed, ...open])}${one.foreseen && one.missed > 0 && one.undecided === 0 ? ', as expected' : ''}`;
    alike.set(clause, [...(alike.get(clause) ?? []), one.name]);
  }
  for (const [clause, group] of alike) {
    parts.push(
      group.length > 1
        ? `${list(group)} each ${clause
            .replace('misses its', 'miss their')
            .replace(/\bmisses\b/, 'miss')
            .replace(/\bleaves\b/, 'leave')}`
        : `${list(group)} ${clause}`,
    );
  }
  return `${parts.join('; ')}.`;
}

function designSentences(result: Result, name: string): string[] {
  const design = designOf(result, name);
  const several = Object.keys(design.traffic).length > 1;
  const sentences: string[] = [];
  for (const [traffic, totals] of Object.entries(design.traffic)) {
    sentences.push(...trafficSentences(result, name, design, traffic, totals, several));
  }
  sentences.push(...accessSentences(design));
  const longest = backlogs(result).filter((one) => one.design === name && one.top >= 10)[0];
  if (longest !== undefined) sentences.push(`The backlog of ${longest.resource} ${backlogStory(result, longest)}.`);
  for (const regime of design.regimes) {
    sentences.push(
      `The runs end in two regimes: ${share(regime.collapsed.estimate)} of them collapse (${range(regime.collapsed, share)}), told apart by the ${wordsOfKey(regime.metric)} at ${formatterOfField(afterDot(regime.metric))(regime.threshold)}; no interval of a mean is given.`,
    );
  }
  for (const [traffic, totals] of Object.entries(design.traffic)) {
    sentences.push(...recoverySentences(result, name, traffic, several ? traffic : 'It', totals));
  }
  return sentences;
}

function afterDot(key: string): string {
  return key.slice(key.indexOf('.') + 1);
}

function trafficSentences(
  result: Result,
  name: string,
  design: DesignResult,
  traffic: string,
  totals: TrafficResult,
  several: boolean,
): string[] {
  const of = several ? ` of ${traffic}` : '';
  if (totals.offered === 0) return [`Nothing was offered${of}.`];
  const sentences: string[] = [];
  const part = totals.completed / totals.offered;
  const requests = `${plural(totals.offered, 'request')}${of}`;
  const others = FATES.filter((fate) => fate !== 'completed' && totals[fate] > 0).map(
    (fate) => `${share(totals[fate] / totals.offered)} ${FATE_WORDS[fate]}`,
  );
  const lead =
    totals.completed === 0
      ? `${name} completed none of ${requests}`
      : totals.completed === totals.offered
        ? `${name} completed all of ${requests}`
        : `${name} completed ${share(part)} of ${requests}`;
  sentences.push(`${lead}${others.length > 0 ? `; ${list(others)}` : ''}.`);
  const { completionMs, response } = totals;
  if (totals.completed > 0 && completionMs.p50 !== null) {
    const sure = spread(design.intervals[`${traffic}.completionMs.p99`], duration);
    sentences.push(
      `${totals.completed === totals.offered ? 'Half was' : 'Of what was completed, half was'} done within ${duration(completionMs.p50)}, 99 % within ${duration(completionMs.p99)}${sure === '' ? '' : ` (${sure})`}.`,
    );
  }
  const told: string[] = [];
  if (response.refused > 0) told.push(`${share(response.refused / totals.offered)} were told no`);
  if (response.timedOut > 0) told.push(`${share(response.timedOut / totals.offered)} gave up waiting`);
  if (response.waiting > 0) told.push(`${share(response.waiting / totals.offered)} still wait`);
  if (told.length > 0) sentences.push(`Of the senders ${list(told)}.`);
  else if (
    totals.responseMs.p99 !== null &&
    completionMs.p99 !== null &&
    totals.responseMs.p99 < completionMs.p99 / 2
  ) {
    sentences.push(
      totals.responseMs.p99 === 0
        ? 'Senders wait for no answer.'
        : `Senders had their answer within ${duration(totals.responseMs.p99)} (p99).`,
    );
  }
  if (totals.attempts > totals.offered * 1.05) {
    sentences.push(`Retries raised the load: ${count(totals.attempts / totals.offered)} attempts for each request.`);
  }
  if (totals.duplicates > 0) {
    sentences.push(`${plural(totals.duplicates, 'completion')} repeated work that was done already.`);
  }
  if (totals.wastedServerMs > 1000) {
    sentences.push(
      `${duration(totals.wastedServerMs / result.replications)} of server time a replication went into work that nobody waited for.`,
    );
  }
  if (totals.goodputPerSecond < totals.throughputPerSecond * 0.98) {
    sentences.push(
      `Throughput was ${rate(totals.throughputPerSecond)}, but only ${rate(totals.goodputPerSecond)} of it was still of use.`,
    );
  }
  return sentences;
}

function recoverySentences(
  result: Result,
  name: string,
  traffic: string,
  who: string,
  totals: TrafficResult,
): string[] {
  const atOnce: string[] = [];
  const slow: string[] = [];
  const { replications } = result;
  for (const [place, one] of totals.recovery.entries()) {
    const disturbance = disturbanceOfRecovery(result, name, traffic, place);
    const after =
      disturbance === undefined
        ? `“${one.after}”`
        : `the ${disturbance.kind} at ${duration(disturbance.fromMs)} (${disturbance.label})`;
    // What lasts to the end leaves no time to recover in.
    if (disturbance !== undefined && disturbance.toMs >= result.horizonMs) continue;
    const { estimate } = one.share;
    if (estimate === 0) {
      slow.push(
        `${who} had not recovered from ${after} when the traffic stopped${sinceEnd(result, disturbance)}${replications === 1 ? '' : `, in any of ${replications} replications`}.`,
      );
    } else if (one.recoveredMs === null) {
      slow.push(`${who} recovered from ${after} only in ${share(estimate)} of the replications.`);
    } else if (estimate === 1 && one.recoveredMs < 1) {
      atOnce.push(after);
    } else {
      const when = one.recoveredMs < 1 ? 'as soon as it ended' : `within ${duration(one.recoveredMs)} of its end`;
      const runs =
        replications === 1
          ? ''
          : estimate === 1
            ? ` (median; all ${replications} replications did)`
            : ` in ${share(estimate)} of the replications (median of those)`;
      slow.push(`${who} recovered from ${after} ${when}${runs}.`);
    }
  }
  if (atOnce.length === 0) return slow;
  const all = replications === 1 ? '' : `, in all ${replications} replications`;
  return [...slow, `${who} recovered from ${list(atOnce)} at once${all}.`];
}

/** How long there was to recover in. */
function sinceEnd(result: Result, disturbance: Disturbance | undefined): string {
  return disturbance === undefined ? '' : ` ${duration(result.horizonMs - disturbance.toMs)} after its end`;
}

/** Figures of a design's cost: their names have no traffic in them. */
const COST_WORDS: ReadonlyMap<string, string> = new Map([
  ['cost.totalUsd', 'cost of the run'],
  ['cost.perMillionRequestsUsd', 'cost per million requests'],
  ['cost.perMillionCompletedUsd', 'cost per million completed'],
  ['cost.perMonthUsd', 'cost per month'],
]);

/** `orders.completionMs.p99` as `completion p99 of orders`. */
export function wordsOfKey(key: string): string {
  const words = COST_WORDS.get(key);
  if (words !== undefined) return words;
  const dot = key.indexOf('.');
  return dot < 0 ? key : `${wordsOfField(key.slice(dot + 1))} of ${key.slice(0, dot)}`;
}

/** The differences that are told in words; the rest stands in the table. */
const TOLD = /\.(completionMs\.p99|goodputPerSecond)$|^cost\.totalUsd$/;
const TOLD_OF_MANY = /\.goodputPerSecond$/;
const MOST_TOLD = 6;
/** Less of a cost is not told in figures. */
const LEAST_USD = 0.0001;

function comparisonSentence(one: ComparisonResult): string[] {
  const { estimate, low, high, level: sure } = one.difference;
  if (estimate === null) return [];
  const format = formatterOfField(afterDot(one.metric));
  const [near, far] =
    low === null || high === null ? [null, null] : [Math.abs(low), Math.abs(high)].sort((x, y) => x - y);
  if (format === usd && near !== null && far !== null && far > 0 && far < LEAST_USD) {
    return [`The ${wordsOfKey(one.metric)} differs by less than $0.0001 between ${one.a} and ${one.b}.`];
  }
  if (low !== null && high !== null && low <= 0 && high >= 0) {
    return [
      `The ${wordsOfKey(one.metric)}: no difference between ${one.a} and ${one.b} that the replications can tell (${level(sure)}: ${range({ low, high }, format)}).`,
    ];
  }
  // The difference is the first minus the second.
  const [more, less] = estimate > 0 ? [one.a, one.b] : [one.b, one.a];
  const band =
    near === null ? unsure(one) : low === high ? '' : ` (${level(sure)}: ${range({ low: near, high: far }, format)})`;
  const word = format === duration ? 'longer' : 'higher';
  return [`The ${wordsOfKey(one.metric)} is ${format(Math.abs(estimate))} ${word} in ${more} than in ${less}${band}.`];
}

/** A bare number would pass for a sure one. */
function unsure({ difference }: ComparisonResult): string {
  const reason = /no interval[^:]*: (.+)$/.exec(difference.method)?.[1];
  return `; how much of that is luck cannot be told${reason === undefined ? '' : `: ${reason}`}`;
}
