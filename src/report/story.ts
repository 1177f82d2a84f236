/** How a broken guarantee came about: its records as sentences, and what else of the scenario a teller must know. */
import type { GuaranteeResult, Result } from '../experiment/result.ts';
import { designNames, designOf, disturbancesOf } from './findings.ts';
import { duration, list } from './format.ts';
import { type HistoryRecord, instant, recordWords } from './record-words.ts';

export interface StoryLine {
  /** From 1. */
  readonly number: number;
  readonly record: HistoryRecord;
  /** When, and how long after the line before; empty where that is the same instant. */
  readonly at: string;
  readonly since: string;
  readonly words: string;
  /** Whether it is one of the records that prove it. */
  readonly isProof: boolean;
}

/** What the records do not say of the queues and subscriptions of a design. */
export interface Setting {
  readonly topics: ReadonlySet<string>;
  readonly deadLetterQueues: ReadonlySet<string>;
  /** Visibility timeout of a queue, microseconds; undefined: not known. */
  readonly visibilityUs: (queue: string) => number | undefined;
  /** What a subscription delivers to; undefined: not known. */
  readonly endpoint: (subscription: number) => string | undefined;
  /** What a fault that begins does; undefined: not known. */
  readonly fault: (record: HistoryRecord) => string | undefined;
}

export const NO_SETTING: Setting = {
  topics: new Set(),
  deadLetterQueues: new Set(),
  visibilityUs: () => undefined,
  endpoint: () => undefined,
  fault: () => undefined,
};

export interface BrokenStory {
  readonly design: string;
  /** Place of the design, which gives it its colour. */
  readonly index: number;
  /** One, or several that the same records prove to be broken. */
  readonly guarantees: readonly [GuaranteeResult, ...GuaranteeResult[]];
  /** Whether the scenario expects it to hold. */
  readonly isAlarming: boolean;
  readonly lines: readonly StoryLine[];
  readonly setting: Setting;
}

/** Of all guarantees that are broken, those that nobody expected first; a result of before stories were told has none. */
export function brokenStories(result: Result): BrokenStory[] {
  const stories = designNames(result).flatMap((design, index) => {
    const setting = settingOf(result, design);
    return sameProof(designOf(result, design).guarantees).map((guarantees): BrokenStory => {
      const isAlarming = guarantees[0].expected !== 'broken';
      return { design, index, guarantees, isAlarming, lines: storyLines(guarantees[0], setting), setting };
    });
  });
  return [...stories.filter(({ isAlarming }) => isAlarming), ...stories.filter(({ isAlarming }) => !isAlarming)];
}

/** Broken guarantees that have evidence; those of the same evidence are told together. */
export function sameProof<G extends GuaranteeResult>(guarantees: readonly G[]): [G, ...G[]][] {
  const groups = new Map<string, [G, ...G[]]>();
  for (const one of guarantees) {
    const { verdict, expected, replication = 0, evidence = [] } = one;
    if (verdict !== 'broken' || evidence.length === 0) continue;
    const key = [expected, replication, ...evidence.map(({ n }) => n)].join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** A story, or where there is none the evidence, line by line. */
export function storyLines(guarantee: Pick<GuaranteeResult, 'evidence' | 'story'>, setting: Setting): StoryLine[] {
  const { evidence = [], story = evidence } = guarantee;
  const proof = new Set(evidence.map(({ n }) => n));
  const context = {
    visibilityUs: setting.visibilityUs,
    subscription: (_topic: string, place: number) => setting.endpoint(place) ?? `subscription ${place}`,
  };
  return story.map((record, i): StoryLine => {
    const before = story[i - 1];
    return {
      number: i + 1,
      record,
      at: instant(record.us),
      since: before === undefined || before.us === record.us ? '' : duration((record.us - before.us) / 1000),
      words: wordsOf(record, recordWords(record, context), setting),
      isProof: proof.has(record.n),
    };
  });
}

function wordsOf(record: HistoryRecord, words: string, { fault }: Setting): string {
  const what = record.do === 'fault' && record.is === 'invoke' ? fault(record) : undefined;
  return what === undefined ? words : `${words}: ${what}`;
}

/** `At 41.2 s, 3.10 s later: workers #3 …`; with a place `Line 17, at 41.2 s, …`. */
export function lineText({ at, since, words }: StoryLine, place = ''): string {
  return `${place === '' ? 'At' : `${place}, at`} ${at}${since === '' ? '' : `, ${since} later`}: ${words}`;
}

/** `order of workers is broken` */
export function titleOf(guarantees: readonly GuaranteeResult[]): string {
  const names = guarantees.map(({ name, resource }) => `${name} of ${resource === '*' ? 'the run' : resource}`);
  return `${list(names)} ${names.length === 1 ? 'is' : 'are'} broken`;
}

/** `order of workers is broken in standard` */
export function titleIn({ design, guarantees }: BrokenStory): string {
  return `${titleOf(guarantees)} in ${design}`;
}

/** Name of its drawing among the charts; unique in a report. */
export function idOf({ design, guarantees: [{ name, resource }] }: BrokenStory): string {
  return `story-${design}-${name}-${resource === '*' ? 'run' : resource}`;
}

/** What is told of a story before its lines: why it is broken, and in how many runs. */
export function whyOf({ guarantees }: BrokenStory): string {
  const sentences = [...new Set(guarantees.flatMap(({ sentence }) => sentence ?? []))];
  const [{ replication, brokenShare }] = guarantees;
  if (replication === undefined) return sentences.join(' ');
  const often = brokenShare === undefined || brokenShare === 1 ? '' : '; others of those that were judged kept it';
  return [...sentences, `This is how it came about in replication ${replication}${often}.`].join(' ');
}

type Json = Readonly<Record<string, unknown>>;

function settingOf(result: Result, design: string): Setting {
  const resources = listOf(
    objectOf(listOf(objectOf(result.resolved)['designs']).find((one) => one['name'] === design))['resources'],
  );
  const queues = new Map(resources.filter((one) => one['type'] === 'sqs').map((one) => [one['name'], one]));
  const subscriptions = resources.flatMap((one) => listOf(one['subscriptions']));
  const deadLetterQueues = [...queues.values(), ...subscriptions].flatMap((one) => [
    one['deadLetterQueue'],
    objectOf(one['redrive'])['deadLetterQueue'],
  ]);
  const faults = disturbancesOf(result, design).filter(({ kind }) => kind === 'fault');
  return {
    topics: new Set(resources.flatMap(({ type, name }) => (type === 'sns' && typeof name === 'string' ? [name] : []))),
    deadLetterQueues: new Set(deadLetterQueues.filter((name) => typeof name === 'string')),
    visibilityUs: (queue) => {
      const ms = queues.get(queue)?.['visibilityTimeoutMs'];
      return typeof ms === 'number' ? ms * 1000 : undefined;
    },
    endpoint: (subscription) => {
      const to = subscriptions[subscription]?.['to'];
      return typeof to === 'string' ? to : undefined;
    },
    fault: ({ us, on = '' }) => {
      const begun = faults.filter(({ fromMs }) => fromMs === us / 1000);
      return (begun.length > 1 ? begun.find(({ label }) => label.startsWith(on)) : begun[0])?.label;
    },
  };
}

/** Results of other versions may lack any of it. */
function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
