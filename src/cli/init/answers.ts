/** What `spillway init` asks, and what it makes of the answers. */
import { parseScenario } from '../../scenario/index.ts';
import { UserError } from '../exit.ts';
import type { Answers } from './presets.ts';

export const DESIGNS = ['sync', 'queued'] as const;
export type DesignName = (typeof DESIGNS)[number];

export type Question = keyof Answers;

/** In the order of asking. Each names the option that answers it too. */
export const QUESTIONS: readonly { readonly key: Question; readonly option: string; readonly text: string }[] = [
  { key: 'name', option: 'name', text: 'Name of the scenario' },
  { key: 'traffic', option: '--traffic', text: 'How many requests come, such as 200/s or 90/m' },
  { key: 'spike', option: '--spike', text: 'How many come at the worst moment, or none' },
  { key: 'work', option: '--work', text: 'How long the database works on one, such as 40ms' },
  { key: 'designs', option: '--design', text: 'Which designs to compare: sync, queued or both' },
];

/** The answers in numbers. */
export interface Plan {
  readonly answers: Answers;
  readonly perSecond: number;
  /** null: no spike. */
  readonly peakPerSecond: number | null;
  readonly workSeconds: number;
  readonly designs: readonly DesignName[];
}

/** Rates and times are read by the readers of scenarios: what they take is what the file may say. */
function probe({ traffic, spike, work }: Answers): string {
  const changes = isNone(spike) ? '' : `, changes: [{ at: 1s, for: 1s, rate: ${JSON.stringify(spike)} }]`;
  return `seed: 1
horizon: 1m
traffic: { requests: { rate: ${JSON.stringify(traffic)}${changes} } }
designs: { one: { traffic: { requests: db }, resources: { db: { type: service, serviceTime: ${JSON.stringify(work)} } } } }
`;
}

function isNone(text: string): boolean {
  return text === 'none' || text === '0';
}

const PLACES: readonly (readonly [path: string, question: Question])[] = [
  ['traffic.requests.changes', 'spike'],
  ['traffic.requests', 'traffic'],
  ['designs.one', 'work'],
];

/** @throws UserError `bad-answer`, with what was expected */
export function planOf(answers: Answers): Plan {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,79}$/.test(answers.name)) {
    throw bad('name', answers, 'a letter, then at most 79 letters, digits, _ or -');
  }
  const parsed = parseScenario(probe(answers), { file: 'init', name: 'init', readText: () => undefined });
  if (!parsed.ok) {
    const [error] = parsed.errors;
    const question = PLACES.find(([path]) => (error?.path ?? '').startsWith(path))?.[1] ?? 'traffic';
    throw bad(question, answers, error?.expected ?? 'another value');
  }
  const source = parsed.scenario.traffic[0]?.source;
  const db = parsed.scenario.designs[0]?.resources[0];
  if (source?.kind !== 'rate' || source.base.kind !== 'constant' || source.base.perSecond <= 0) {
    throw bad('traffic', answers, 'a rate above 0, such as 200/s');
  }
  if (db?.type !== 'service' || db.serviceTime.kind !== 'constant' || db.serviceTime.value <= 0) {
    throw bad('work', answers, 'a duration above 0, such as 40ms');
  }
  const change = source.changes[0];
  const peak = change !== undefined && 'perSecond' in change ? change.perSecond : null;
  if (peak !== null && peak <= source.base.perSecond) {
    throw bad('spike', answers, `a rate above the usual ${answers.traffic}, or none`);
  }
  return {
    answers,
    perSecond: source.base.perSecond,
    peakPerSecond: peak,
    workSeconds: db.serviceTime.value / 1e6,
    designs: designsOf(answers),
  };
}

function designsOf(answers: Answers): DesignName[] {
  const text = answers.designs.trim();
  const names = text === 'both' ? [...DESIGNS] : text.split(/[\s,]+/);
  const unknown = names.find((name) => !(DESIGNS as readonly string[]).includes(name));
  if (unknown !== undefined) throw bad('designs', answers, `some of ${DESIGNS.join(', ')}`);
  return DESIGNS.filter((name) => names.includes(name));
}

function bad(key: Question, answers: Answers, expected: string): UserError {
  const option = QUESTIONS.find((one) => one.key === key)?.option ?? key;
  return new UserError('bad-answer', `${option} ${answers[key]} → expected ${expected}`);
}
