/** The report as a sequence of sections, before it takes the shape of HTML or Markdown. */
import type { Result } from '../experiment/result.ts';
import { type Chart, chartsOf } from './charts/index.ts';
import { designNames, isOneRun } from './findings.ts';
import { duration, level, plural } from './format.ts';
import { type Story, tellStory } from './sentences.ts';
import { type BrokenStory, brokenStories } from './story.ts';
import {
  assumptionsTable,
  comparisonTable,
  costTable,
  differencesTable,
  guaranteesTable,
  objectivesTable,
  outcomesTable,
  recoveryTable,
  resourcesTable,
  subscriptionsTable,
  type Table,
} from './tables.ts';

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: Table; readonly caption: string }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'broken'; readonly story: BrokenStory }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'code'; readonly text: string; readonly fold?: string };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Set apart from the rest: limits of what was found. */
  readonly boxed?: boolean;
}

export interface ReportDocument {
  readonly title: string;
  readonly question: string;
  readonly story: Story;
  /** How guarantees that nobody expected to break did: shown before everything else. */
  readonly broken: readonly BrokenStory[];
  readonly designs: readonly string[];
  readonly sections: readonly Section[];
  readonly charts: readonly Chart[];
}

/** Stories that are shown before everything else; those of more guarantees stand below their table. */
const MOST_FIRST = 4;

/** Longest resolved scenario that a report prints; the result file has it whole. */
const MOST_RESOLVED = 60_000;

export function documentOf(result: Result): ReportDocument {
  const charts = chartsOf(result);
  const story = tellStory(result);
  const stories = brokenStories(result);
  const first = stories.filter(({ isAlarming }) => isAlarming).slice(0, MOST_FIRST);
  const table = (found: Table | undefined, caption: string): Block[] =>
    found === undefined ? [] : [{ kind: 'table', table: found, caption }];
  const sections: Section[] = [
    {
      id: 'objectives',
      title: 'Objectives and guarantees',
      blocks: [
        ...table(objectivesTable(result), 'Objectives, their verdicts and what was expected'),
        ...table(guaranteesTable(result), 'Guarantees'),
        ...stories.slice(first.length).map((one): Block => ({ kind: 'broken', story: one })),
      ],
    },
    {
      id: 'comparison',
      title: designNames(result).length > 1 ? 'The designs side by side' : 'The design in numbers',
      blocks: [
        ...table(comparisonTable(result), 'Figures of each design with their confidence intervals'),
        ...(story.comparisons.length > 0 ? [{ kind: 'list' as const, items: story.comparisons }] : []),
        ...table(differencesTable(result), 'Paired differences between the designs'),
      ],
    },
    { id: 'charts', title: 'Charts', blocks: charts.map((chart) => ({ kind: 'chart', chart })) },
    {
      id: 'requests',
      title: 'What became of the requests',
      blocks: table(outcomesTable(result), 'Requests by outcome'),
    },
    {
      id: 'subscriptions',
      title: 'Who got what',
      blocks: table(subscriptionsTable(result), 'Deliveries by subscription and reader'),
    },
    {
      id: 'disturbances',
      title: 'Disturbances and recovery',
      blocks: table(recoveryTable(result), 'Disturbances, and how long each design took to get over them'),
    },
    { id: 'resources', title: 'Resources', blocks: table(resourcesTable(result), 'Metrics of each resource') },
    { id: 'cost', title: 'Cost', blocks: table(costTable(result), 'Cost by item') },
    { id: 'limits', title: 'What this cannot tell you', boxed: true, blocks: limits(result) },
    { id: 'repeat', title: 'How to repeat it', blocks: repeat(result) },
  ];
  return {
    title: result.title === '' ? result.scenario : result.title,
    question: result.description,
    story,
    broken: first,
    designs: designNames(result),
    sections: sections.filter((section) => section.blocks.length > 0),
    charts,
  };
}

function limits(result: Result): Block[] {
  const table = assumptionsTable(result);
  const assumed = result.assumptions.filter((one) => one.source === 'assumed' || one.source === '').length;
  const intro =
    table === undefined
      ? 'The scenario lists no assumptions.'
      : `A model shows what follows from its assumptions, no more. This one rests on ${plural(result.assumptions.length, 'statement')}, of which ${assumed === 0 ? 'each has a source' : `${assumed} ${assumed === 1 ? 'is' : 'are'} assumed`}; where one is wrong for your system, so may be the answer.`;
  const runs = result.replications < 2 ? 'batches of one run' : `${result.replications} replications`;
  const replications = isOneRun(result)
    ? 'It is one replication, so nothing here says how much luck is in the numbers.'
    : `The intervals say how much the luck of the draw moves the numbers over ${runs}; they say nothing about how well the model fits your system.`;
  return [
    { kind: 'text', text: `${intro} ${replications}` },
    ...(table === undefined ? [] : [{ kind: 'table' as const, table, caption: 'Assumptions and their sources' }]),
  ];
}

function repeat(result: Result): Block[] {
  const methods = Object.values(result.designs).flatMap((design) =>
    Object.values(design.intervals).map((one) =>
      one.method
        .replace(/ of \d+ observations/, '')
        .replace(/quantile [\d.]+/, 'quantile')
        .replace(/;.*$/s, ''),
    ),
  );
  const sure = Object.values(result.designs).flatMap((design) => Object.values(design.intervals))[0]?.level;
  const resolved = JSON.stringify(result.resolved, undefined, 2) ?? '';
  return [
    { kind: 'text', text: 'The same version, facts, scenario and seed give the same numbers on every machine.' },
    { kind: 'code', text: repeatCommand(result) },
    {
      kind: 'facts',
      facts: [
        ['scenario', result.scenario],
        ['seed', result.seed],
        ['replications', String(result.replications)],
        ['traffic stops at', duration(result.horizonMs)],
        ...(result.warmupMs > 0 ? [['warm-up left out', duration(result.warmupMs)] as const] : []),
        ['version', `spillway ${result.version}`],
        ['facts', result.facts],
        ['fingerprint', result.fingerprint],
        ...(sure === undefined
          ? []
          : [['intervals', `${level(sure)}; ${[...new Set(methods)].slice(0, 4).join('; ')}`] as const]),
      ],
    },
    ...(resolved.length > 2 && resolved.length <= MOST_RESOLVED
      ? [{ kind: 'code' as const, text: resolved, fold: 'The scenario as it ran, every default filled in' }]
      : []),
  ];
}

/** The command that gives the same result again. */
export function repeatCommand(result: Result): string {
  return `spillway run ${quoted(`${result.scenario}.yaml`)} --seed ${quoted(result.seed)} --replications ${firstRound(result)}`;
}

/** Where a precision was wanted, the replications that it began with: the rest follows from them. */
function firstRound(result: Result): number {
  return result.study?.precision?.rounds[0] ?? result.replications;
}

/** As a word of a shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
