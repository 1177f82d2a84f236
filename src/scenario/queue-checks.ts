/** What AWS asks of a queue beyond its attributes: its whole name, its policy's size, and where its dead-letter queue is. */
import { sqsFacts } from '../facts/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import type { Finding } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedDesign, NamedResource, Names } from './names.ts';

const FIFO_ENDING = '.fifo';

/** Looks at what is written, so that an error elsewhere hides none of these. */
export function checkQueues(raw: unknown, names: Names, findings: Finding[]): void {
  const resources = new Set([...names.shared, ...names.designs.flatMap((design) => design.resources)]);
  for (const one of resources) {
    if (one.type !== 'sqs') continue;
    checkName(one, findings);
    checkPolicySize(one, findings);
  }
  for (const design of names.designs) checkPlaces(raw, design, findings);
}

/** The ending counts, and it is not written here. */
function checkName({ name, path, raw }: NamedResource, findings: Finding[]): void {
  const most = sqsFacts.queueNameMax.value - FIFO_ENDING.length;
  if (valueAt(raw, ['fifo']) !== true || name.length <= most) return;
  const expected = `a name of at most ${most} characters: its AWS name ends in ${FIFO_ENDING}, which counts (limits of SQS)`;
  findings.push({ code: 'bad-name', path, atKey: true, value: name, expected });
}

function checkPolicySize({ path, raw }: NamedResource, findings: Finding[]): void {
  const policy = valueAt(raw, ['policy']);
  if (typeof policy !== 'object' || policy === null) return;
  const say = (count: number, most: number, what: string): void => {
    if (count > most) {
      const expected = `a policy of at most ${most} ${what}; it has ${count} (limits of SQS)`;
      findings.push({ code: 'out-of-range', path: [...path, 'policy'], atKey: true, expected });
    }
  };
  const { policyMaxBytes, policyMaxStatements, policyMaxPrincipals, policyMaxConditions, policyMaxActions } = sqsFacts;
  const statements = listOf(valueAt(policy, ['Statement']));
  const sum = (of: (statement: unknown) => number): number =>
    statements.reduce<number>((total, statement) => total + of(statement), 0);
  say(bytesOf(JSON.stringify(policy)), policyMaxBytes.value, 'bytes');
  say(statements.length, policyMaxStatements.value, 'statements');
  say(sum(principalsOf), policyMaxPrincipals.value, 'principals');
  say(sum(conditionsOf), policyMaxConditions.value, 'conditions');
  const actions = statements.map((statement) => listOf(valueAt(statement, ['Action'])).length);
  say(Math.max(0, ...actions), policyMaxActions.value, 'actions in a statement');
}

function principalsOf(statement: unknown): number {
  const principal = valueAt(statement, ['Principal']);
  if (typeof principal !== 'object' || principal === null) return principal === undefined ? 0 : 1;
  return Object.values(principal).reduce<number>((total, ids) => total + listOf(ids).length, 0);
}

function conditionsOf(statement: unknown): number {
  const condition = valueAt(statement, ['Condition']);
  if (typeof condition !== 'object' || condition === null) return 0;
  return Object.values(condition).reduce<number>(
    (total, keys) => total + (typeof keys === 'object' && keys !== null ? Object.keys(keys).length : 0),
    0,
  );
}

/** One or several. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** AWS: a dead-letter queue is of the same account and Region as those whose dead letters it takes. */
function checkPlaces(raw: unknown, design: NamedDesign, findings: Finding[]): void {
  for (const one of design.resources) {
    const target = valueAt(one.raw, ['redrive', 'deadLetterQueue']);
    const other = design.resources.find(({ name, type }) => name === target && type === 'sqs');
    if (one.type !== 'sqs' || other === undefined) continue;
    for (const key of ['account', 'region'] as const) {
      const of = (resource: NamedResource): unknown =>
        valueAt(resource.raw, [key]) ?? valueAt(raw, ['aws', key]) ?? WHEREABOUTS[key];
      if (of(one) === of(other)) continue;
      findings.push({
        code: 'wrong-reference',
        path: [...one.path, 'redrive', 'deadLetterQueue'],
        expected: `a queue of the same ${key} (${String(of(one))}); ${other.name} is of ${String(of(other))}`,
      });
    }
  }
}
