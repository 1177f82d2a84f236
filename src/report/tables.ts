/** The tables of the report, as text in cells: HTML, Markdown and the terminal show the same ones. */
import type { Interval, Metric, Result, SubscriptionResult, TrafficResult } from '../experiment/result.ts';
import { whenOf } from './charts/layers.ts';
import {
  ANSWER_WORDS,
  ANSWERS,
  designNames,
  designOf,
  disturbanceOfRecovery,
  disturbancesOf,
  FATE_WORDS,
  FATES,
  isOneRun,
  isUnexpected,
  resourceNames,
  trafficNames,
} from './findings.ts';
import {
  ABSENT,
  count,
  duration,
  type Formatter,
  formatterOfField,
  formatterOfMetric,
  level,
  plain,
  range,
  rate,
  share,
  spread,
  usd,
} from './format.ts';
import { objectiveValue, wordsOfKey } from './sentences.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

export interface Cell {
  readonly text: string;
  /** Smaller, after the text: an interval, a share. */
  readonly sub?: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly label: string;
  readonly align: 'left' | 'right';
  /** Place of the design that the column is about: gives it its colour. */
  readonly design?: number;
}

export interface Group {
  readonly heading?: string;
  readonly rows: readonly (readonly Cell[])[];
}

export interface Table {
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  /** Place of the column that names its row; default: the first. */
  readonly header?: number;
  readonly note?: string;
}

function designColumns(result: Result, first: string): Column[] {
  return [
    { label: first, align: 'left' },
    ...designNames(result).map((label, design): Column => ({ label, align: 'right', design })),
  ];
}

function cell(text: string, sub = ''): Cell {
  return sub === '' ? { text } : { text, sub };
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  met: 'good',
  missed: 'bad',
  undecided: 'warn',
  held: 'good',
  broken: 'bad',
  unknown: 'warn',
  'not exercised': 'quiet',
};

/** Objectives with verdict and expectation; undefined where none were set. */
export function objectivesTable(result: Result): Table | undefined {
  const single = result.replications < 2;
  const groups = designNames(result).flatMap((name): Group[] => {
    const design = designOf(result, name);
    const rows = [...design.objectives]
      .sort((a, b) => Number(isUnexpected(b)) - Number(isUnexpected(a)))
      .map((one): Cell[] => [
        {
          text: one.verdict,
          tone: isUnexpected(one) || one.verdict !== 'missed' ? (VERDICT_TONES[one.verdict] ?? 'quiet') : 'quiet',
        },
        { text: one.text },
        { text: objectiveValue(design, one) },
        {
          text: one.expected === one.verdict ? 'as expected' : `expected: ${one.expected}`,
          tone: isUnexpected(one) ? 'bad' : 'quiet',
        },
        ...(single ? [] : [cell(share(one.metShare.estimate), range(one.metShare, share))]),
      ]);
    return rows.length === 0 ? [] : [{ heading: name, rows }];
  });
  if (groups.length === 0) return undefined;
  return {
    columns: [
      { label: 'verdict', align: 'left' },
      { label: 'objective', align: 'left' },
      { label: 'value', align: 'right' },
      { label: 'expectation', align: 'left' },
      ...(single ? [] : [{ label: 'runs that meet it', align: 'right' as const }]),
    ],
    groups,
    header: 1,
    note: 'An objective is about all that were offered: what was refused, lost or is still waiting counts as never. “Undecided”: the interval of the value spans the limit.',
  };
}

/** Worst first. */
const VERDICTS = ['broken', 'unknown', 'held', 'not exercised'];
function rankOf(verdict: string): number {
  return VERDICTS.indexOf(verdict);
}

/** A break that the scenario expects is no alarm. */
function isForeseen({ verdict, expected }: { readonly verdict: string; readonly expected: string }): boolean {
  return verdict === 'broken' && expected === 'broken';
}

/** Guarantees and whether they held; undefined where none were checked. */
export function guaranteesTable(result: Result): Table | undefined {
  const groups = designNames(result).flatMap((name): Group[] => {
    const inOrder = [...designOf(result, name).guarantees].sort((a, b) => rankOf(a.verdict) - rankOf(b.verdict));
    const rows = inOrder.map((one): Cell[] => [
      { text: one.name },
      { text: one.resource === '*' ? 'the run' : one.resource },
      { text: one.verdict, tone: isForeseen(one) ? 'quiet' : (VERDICT_TONES[one.verdict] ?? 'quiet') },
      { text: one.expected },
    ]);
    return rows.length === 0 ? [] : [{ heading: name, rows }];
  });
  if (groups.length === 0) return undefined;
  return {
    columns: [
      { label: 'guarantee', align: 'left' },
      { label: 'resource', align: 'left' },
      { label: 'verdict', align: 'left' },
      { label: 'expected', align: 'left' },
    ],
    groups,
  };
}

interface Line {
  readonly label: string;
  readonly key: string;
  readonly format: Formatter;
  readonly value: (traffic: TrafficResult) => number | null;
  /** Shown only where a design has something else than 0. */
  readonly optional?: boolean;
}

const LINES: readonly Line[] = [
  { label: 'offered', key: 'offered', format: count, value: (t) => t.offered },
  { label: 'completed', key: 'completed', format: count, value: (t) => t.completed },
  { label: 'completed, share of offered', key: 'completedShare', format: share, value: (t) => part(t, t.completed) },
  { label: 'throughput', key: 'throughputPerSecond', format: rate, value: (t) => t.throughputPerSecond },
  { label: 'goodput', key: 'goodputPerSecond', format: rate, value: (t) => t.goodputPerSecond },
  { label: 'completion, median', key: 'completionMs.p50', format: duration, value: (t) => t.completionMs.p50 },
  { label: 'completion, mean', key: 'completionMs.mean', format: duration, value: (t) => t.completionMs.mean },
  { label: 'completion, p95', key: 'completionMs.p95', format: duration, value: (t) => t.completionMs.p95 },
  { label: 'completion, p99', key: 'completionMs.p99', format: duration, value: (t) => t.completionMs.p99 },
  { label: 'completion, p99.9', key: 'completionMs.p999', format: duration, value: (t) => t.completionMs.p999 },
  { label: 'completion, longest', key: 'completionMs.max', format: duration, value: (t) => t.completionMs.max },
  { label: 'response, median', key: 'responseMs.p50', format: duration, value: (t) => t.responseMs.p50 },
  { label: 'response, p99', key: 'responseMs.p99', format: duration, value: (t) => t.responseMs.p99 },
  { label: 'attempts per request', key: '', format: plain, value: (t) => part(t, t.attempts) },
  { label: 'duplicate completions', key: 'duplicates', format: count, value: (t) => t.duplicates, optional: true },
  { label: 'out of order', key: 'outOfOrder', format: count, value: (t) => t.outOfOrder, optional: true },
  {
    label: 'wasted server time',
    key: 'wastedServerMs',
    format: duration,
    value: (t) => t.wastedServerMs,
    optional: true,
  },
];

const TERSE: ReadonlySet<string> = new Set([
  'offered',
  'completedShare',
  'goodputPerSecond',
  'completionMs.p50',
  'completionMs.p99',
  'responseMs.p99',
  'duplicates',
]);

function part(traffic: TrafficResult, counted: number): number | null {
  return traffic.offered === 0 ? null : counted / traffic.offered;
}

/** The interval of a line, where it speaks of the very value that stands beside it: that of a maximum is about the mean of the maxima. */
function intervalOf(interval: Interval | undefined, value: number | null): Interval | undefined {
  if (interval?.estimate == null || value === null || value === 0) return undefined;
  return Math.abs(interval.estimate - value) <= Math.abs(value) * 1e-6 ? interval : undefined;
}

/** The designs side by side, with intervals. `terse`: only what matters most, for a terminal. */
export function comparisonTable(result: Result, terse = false): Table {
  const names = designNames(result);
  const traffics = trafficNames(result);
  const groups: Group[] = traffics.map((traffic) => ({
    ...(traffics.length > 1 ? { heading: traffic } : {}),
    rows: LINES.filter((one) => !terse || TERSE.has(one.key)).flatMap((one) => {
      const values = names.map((name) => {
        const totals = designOf(result, name).traffic[traffic];
        return totals === undefined ? null : one.value(totals);
      });
      if (one.optional === true && values.every((value) => value === null || value === 0)) return [];
      return [
        [
          { text: one.label },
          ...names.map((name, index): Cell => {
            const design = designOf(result, name);
            const value = values[index] ?? null;
            const interval = intervalOf(design.intervals[`${traffic}.${one.key}`], value);
            return cell(one.format(value), value === null ? '' : spread(interval, one.format));
          }),
        ],
      ];
    }),
  }));
  const costs = costRows(result, terse);
  if (costs.length > 0) groups.push({ ...(traffics.length > 1 ? { heading: 'cost' } : {}), rows: costs });
  const sure = Object.values(result.designs).flatMap((design) => Object.values(design.intervals))[0]?.level;
  return {
    columns: designColumns(result, result.replications > 1 ? `${result.replications} replications` : 'one replication'),
    groups,
    note: isOneRun(result)
      ? 'One replication: no intervals can be given.'
      : `Counts are totals over ${result.replications < 2 ? 'the run' : 'the replications'}; percentiles and means pool their observations, over what was completed.${sure === undefined ? '' : ` ± and ranges are ${level(sure)} confidence intervals; where none stands, none can be given.`}`,
  };
}

const COST_LINES = [
  ['totalUsd', 'cost of the run'],
  ['perMillionRequestsUsd', 'cost per million requests'],
  ['perMillionCompletedUsd', 'cost per million completed'],
  ['perMonthUsd', 'cost per month'],
] as const;
const TERSE_COSTS: ReadonlySet<string> = new Set(['perMillionRequestsUsd', 'perMillionCompletedUsd', 'perMonthUsd']);

/** What each design costs; nothing where no design costs anything. Where all that was offered was done, a million of either costs the same. */
function costRows(result: Result, terse: boolean): Cell[][] {
  const designs = designNames(result).map((name) => designOf(result, name));
  if (!designs.some(({ cost }) => (cost?.totalUsd ?? 0) > 0)) return [];
  const isTwice = designs.every(({ cost }) => cost?.perMillionCompletedUsd === cost?.perMillionRequestsUsd);
  return COST_LINES.flatMap(([key, label]): Cell[][] => {
    if ((terse && !TERSE_COSTS.has(key)) || (key === 'perMillionCompletedUsd' && isTwice)) return [];
    const values = designs.map(({ cost }) => cost?.[key] ?? null);
    if (values.every((value) => value === null)) return [];
    const cells = designs.map(({ intervals }, i): Cell => {
      const value = values[i] ?? null;
      return cell(usd(value), spread(intervalOf(intervals[`cost.${key}`], value), usd));
    });
    return [[{ text: label }, ...cells]];
  });
}

/** Paired differences of each design from the first; undefined where there are none. */
export function differencesTable(result: Result): Table | undefined {
  const [base, ...others] = designNames(result);
  const pairs = result.comparisons.filter((one) => one.a === base && one.difference.estimate !== null);
  const metrics = [...new Set(pairs.map((one) => one.metric))];
  const two = others.length === 1;
  const rows = metrics.flatMap((metric): Cell[][] => {
    const found = others.map((name) => pairs.find((one) => one.metric === metric && one.b === name));
    if (found.every((one) => one === undefined || one.difference.estimate === 0)) return [];
    const format = formatterOfField(metric.slice(metric.indexOf('.') + 1));
    const cells = found.map((one): Cell => {
      if (one === undefined) return { text: ABSENT, tone: 'quiet' };
      const difference = negated(one.difference);
      return cell(
        `${(difference.estimate ?? 0) > 0 ? '+' : ''}${format(difference.estimate)}`,
        spread(difference, format),
      );
    });
    const correlation = found[0]?.correlation ?? null;
    return [
      [
        { text: wordsOfKey(metric) },
        ...cells,
        ...(two ? [{ text: correlation === null ? ABSENT : signedPlain(correlation) }] : []),
      ],
    ];
  });
  if (base === undefined || rows.length === 0) return undefined;
  return {
    columns: [
      { label: `difference from ${base}`, align: 'left' },
      ...others.map((label, index): Column => ({ label, align: 'right', design: index + 1 })),
      ...(two ? [{ label: 'correlation', align: 'right' as const }] : []),
    ],
    groups: [{ rows }],
    note: `The designs met the same requests with the same luck (common random numbers): where they move together, the difference is surer than either figure. Counts are per replication.${others.length > 1 ? ' The other pairs are in the result file.' : ''}`,
  };
}

/** The result gives the first design minus the second; a reader asks what the second changes. */
function negated(interval: Interval): Interval {
  const minus = (value: number | null): number | null => (value === null ? null : 0 - value);
  return { ...interval, estimate: minus(interval.estimate), low: minus(interval.high), high: minus(interval.low) };
}

function signedPlain(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}

/** What became of each request, and what its sender was told. */
export function outcomesTable(result: Result): Table {
  const names = designNames(result);
  const groups = trafficNames(result).flatMap((traffic, _, all): Group[] => {
    const prefix = all.length > 1 ? `${traffic}: ` : '';
    const row = (label: string, pick: (traffic: TrafficResult) => number): Cell[] => [
      { text: label },
      ...names.map((name): Cell => {
        const totals = designOf(result, name).traffic[traffic];
        if (totals === undefined) return { text: ABSENT };
        const counted = pick(totals);
        return cell(count(counted), counted === 0 || totals.offered === 0 ? '' : share(counted / totals.offered));
      }),
    ];
    return [
      { heading: `${prefix}what became of the work`, rows: FATES.map((fate) => row(FATE_WORDS[fate], (t) => t[fate])) },
      {
        heading: `${prefix}what the sender was told`,
        rows: ANSWERS.map((answer) => row(ANSWER_WORDS[answer], (t) => t.response[answer])),
      },
      {
        heading: `${prefix}besides`,
        rows: [
          row('accepted by the first resource', (t) => t.accepted),
          row('resolved only in the drain', (t) => t.resolvedInDrain),
          row('attempts of the senders', (t) => t.attempts),
        ],
      },
    ];
  });
  return { columns: designColumns(result, 'requests'), groups };
}

/** What became of the deliveries of each topic and stream, by subscription and reader; undefined where there is neither. */
export function subscriptionsTable(result: Result, terse = false): Table | undefined {
  const names = designNames(result);
  const groups = names.flatMap((name): Group[] => {
    const rows = Object.entries(designOf(result, name).resources).flatMap(([topic, { subscriptions = {} }]) =>
      Object.entries(subscriptions).map(([to, one]) => subscriptionRow(topic, to, one, terse)),
    );
    return rows.length === 0 ? [] : [names.length > 1 ? { heading: name, rows } : { rows }];
  });
  if (groups.length === 0) return undefined;
  const words = deliveryWords(result);
  const labels = ['deliveries', 'completed', 'median', 'p99', 'not completed'];
  const more = terse ? [] : ['dead-lettered', 'lost', 'expired', 'still in the system', 'duplicates'];
  return {
    columns: [
      { label: words.one, align: 'left' },
      ...[...labels, ...more].map((label) => ({ label, align: 'right' as const })),
    ],
    groups,
    note: `${words.what} Times are from the arrival of the request to its first completion by this ${words.who}.`,
  };
}

interface DeliveryWords {
  readonly one: string;
  readonly who: string;
  readonly what: string;
}

const OF_TOPICS: DeliveryWords = {
  one: 'subscription',
  who: 'subscriber',
  what: 'A delivery is what a topic sends to one subscription whose filter lets it through.',
};
const OF_STREAMS: DeliveryWords = {
  one: 'reader',
  who: 'reader',
  what: 'A delivery is a record of a stream that one of its readers is to have.',
};
const OF_BOTH: DeliveryWords = {
  one: 'subscription or reader',
  who: 'subscriber or reader',
  what: 'A delivery is what a topic sends to one subscription whose filter lets it through, or a record of a stream that one of its readers is to have.',
};

function deliveryWords(result: Result): DeliveryWords {
  const types = new Set(
    designNames(result)
      .flatMap((name) => Object.values(designOf(result, name).resources))
      .flatMap(({ type, subscriptions }) => (subscriptions === undefined ? [] : [type])),
  );
  if (!types.has('kinesis')) return OF_TOPICS;
  return types.size === 1 ? OF_STREAMS : OF_BOTH;
}

function subscriptionRow(topic: string, to: string, one: SubscriptionResult, terse: boolean): Cell[] {
  const { offered, completed, completionMs } = one;
  const left = offered - completed;
  return [
    { text: `${topic} → ${to}` },
    { text: count(offered) },
    { text: offered === 0 ? ABSENT : share(completed / offered) },
    { text: duration(completionMs.p50) },
    { text: duration(completionMs.p99) },
    { text: count(left), ...(left > 0 ? { tone: 'warn' as const } : {}) },
    ...(terse
      ? []
      : [one.deadLettered, one.lost, one.expired, one.inSystem, one.duplicates].map((n) => ({ text: count(n) }))),
  ];
}

function isIdle(metric: Metric | undefined): boolean {
  return (
    metric === undefined ||
    [metric.mean, metric.min, metric.max, metric.sum].every((value) => value == null || value === 0)
  );
}

function metricCell(name: string, metric: Metric | undefined): Cell {
  if (metric === undefined) return { text: ABSENT, tone: 'quiet' };
  const format = formatterOfMetric(name, metric.unit);
  if (metric.p99 !== undefined) {
    if (metric.mean === null) return { text: ABSENT, tone: 'quiet' };
    if (metric.max === metric.mean) return cell(format(metric.mean));
    return cell(format(metric.mean), `p99 ${format(metric.p99)}, max ${format(metric.max)}`);
  }
  if (metric.sum !== undefined) return cell(format(metric.sum), metric.sum === 0 ? '' : 'in all');
  return cell(
    format(metric.mean),
    metric.max === null || metric.max === metric.mean ? '' : `max ${format(metric.max)}`,
  );
}

/** The metrics of all resources. */
export function resourcesTable(result: Result): Table | undefined {
  const names = designNames(result);
  const groups = resourceNames(result).map((resource): Group => {
    const owners = names.map((name) => designOf(result, name).resources[resource]);
    const metrics = [...new Set(owners.flatMap((one) => Object.keys(one?.metrics ?? {})))];
    return {
      heading: `${resource} (${owners.find((one) => one !== undefined)?.type ?? ''})`,
      rows: metrics.flatMap((metric) => {
        const cells = owners.map((owner) => metricCell(metric, owner?.metrics[metric]));
        const idle = owners.every((owner) => isIdle(owner?.metrics[metric]));
        return idle ? [] : [[{ text: metric }, ...cells]];
      }),
    };
  });
  if (groups.length === 0) return undefined;
  return {
    columns: designColumns(result, 'metric'),
    groups: groups.filter((group) => group.rows.length > 0),
    note: 'Levels are means over time, with the maximum; counts are sums over the replications (“in all”). Metrics bear CloudWatch’s names where one exists; those that stayed 0 everywhere are left out.',
  };
}

/** Disturbances and how long each design took to get over them. */
export function recoveryTable(result: Result): Table | undefined {
  const all = disturbancesOf(result, null);
  if (all.length === 0) return undefined;
  const names = designNames(result);
  const traffics = trafficNames(result);
  const rows = all.flatMap((one) =>
    traffics.map((traffic): Cell[] => [
      { text: `${one.kind}: ${one.label}`, ...(traffics.length > 1 ? { sub: traffic } : {}) },
      { text: whenOf(one) },
      ...names.map((name): Cell => {
        if (one.design !== null && one.design !== name) return { text: 'not struck', tone: 'quiet' };
        const found = designOf(result, name).traffic[traffic]?.recovery.find(
          (_, place) => disturbanceOfRecovery(result, name, traffic, place) === one,
        );
        if (found === undefined) return { text: ABSENT, tone: 'quiet' };
        if (one.toMs >= result.horizonMs) return { text: 'lasts to the end', tone: 'quiet' };
        const runs = result.replications < 2 ? '' : `${share(found.share.estimate)} of runs`;
        if (found.recoveredMs === null) return { ...cell('never', runs), tone: 'bad' };
        return cell(found.recoveredMs < 1 ? 'at once' : `after ${duration(found.recoveredMs)}`, runs);
      }),
    ]),
  );
  return {
    columns: [
      { label: 'disturbance', align: 'left' },
      { label: 'when', align: 'left' },
      ...designColumns(result, '').slice(1),
    ],
    groups: [{ rows }],
    note: 'Recovery counts from the end of the disturbance to the first instant from which things stay as they should; the median over the replications that recovered, “never” where fewer than half did.',
  };
}

/** `$0.40 for 1 million`; results of before prices were told have none. */
function priceText({ priceUsd, per }: { readonly priceUsd?: number; readonly per?: number }): string {
  if (priceUsd === undefined || per === undefined) return '';
  const text = `$${Number(priceUsd.toPrecision(4))}`;
  return per === 1 ? text : per === 1e6 ? `${text} a million` : `${text} for ${count(per)}`;
}

/** Cost, line by line; undefined where nothing was priced. */
export function costTable(result: Result): Table | undefined {
  const groups = designNames(result).flatMap((name): Group[] => {
    const { cost } = designOf(result, name);
    if (cost === null || cost.lines.length === 0) return [];
    return [
      {
        heading: name,
        rows: [
          ...cost.lines.map((one): Cell[] => [
            { text: one.resource === undefined ? one.item : `${one.resource}: ${one.item}` },
            { text: plain(one.quantity) },
            { text: one.unit },
            { text: priceText(one) },
            { text: usd(one.usd) },
            { text: one.source ?? '', tone: 'quiet' },
          ]),
          [{ text: 'total' }, { text: '' }, { text: '' }, { text: '' }, { text: usd(cost.totalUsd) }, { text: '' }],
        ],
      },
    ];
  });
  if (groups.length === 0) return undefined;
  return {
    columns: [
      { label: 'item', align: 'left' },
      { label: 'quantity', align: 'right' },
      { label: 'unit', align: 'left' },
      { label: 'price', align: 'right' },
      { label: 'cost', align: 'right' },
      { label: 'source of the price', align: 'left' },
    ],
    groups,
    note: 'Mean of a replication, from the end of the warm-up to the horizon. List prices of us-east-1 unless the scenario gives its own; what is not priced is among the assumptions.',
  };
}

/** What the result rests on. */
export function assumptionsTable(result: Result): Table | undefined {
  if (result.assumptions.length === 0) return undefined;
  return {
    columns: [
      { label: 'about', align: 'left' },
      { label: 'what is taken to be so', align: 'left' },
      { label: 'source', align: 'left' },
    ],
    groups: [
      {
        rows: result.assumptions.map((one) => [
          { text: one.about },
          { text: one.text },
          {
            text: one.source === '' ? 'assumed' : one.source,
            ...(/^(assumed)?$/.test(one.source) ? { tone: 'warn' as const } : {}),
          },
        ]),
      },
    ],
  };
}
