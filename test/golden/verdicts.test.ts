/** The published results: every design is judged, and what is to break does. That the scenarios still give them is the business of tools/golden.mjs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/experiment/index.ts';
import { misjudged } from './verdicts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = readdirSync(join(ROOT, 'scenarios'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

function published(name: string): Result {
  return JSON.parse(readFileSync(join(ROOT, 'reports', name, 'result.json'), 'utf8')) as Result;
}

describe('the published result of', () => {
  test.each(NAMES)('%s has verdicts on conservation and time for every design, each as expected', (name) => {
    const result = published(name);
    const declared = (result.resolved as { designs: { name: string }[] }).designs.map((design) => design.name);
    expect(Object.keys(result.designs)).toEqual(declared);
    expect(misjudged(result)).toEqual([]);
  });

  test('each scenario that says that a guarantee breaks has one that is broken', () => {
    const saying = NAMES.filter((name) =>
      /expect: broken/.test(readFileSync(join(ROOT, 'scenarios', `${name}.yaml`), 'utf8')),
    );
    const broken = NAMES.filter((name) =>
      Object.values(published(name).designs).some(({ guarantees }) =>
        guarantees.some((one) => one.verdict === 'broken' && one.expected === 'broken'),
      ),
    );
    expect(broken).toEqual(saying);
    expect(broken.length).toBeGreaterThan(2);
  });
});

test('a verdict that is missing, or came out otherwise, is found', () => {
  const result = published('fifo-orders');
  const { standard } = result.designs;
  if (standard === undefined) throw new Error('no such design');
  const designs = {
    ...result.designs,
    standard: {
      ...standard,
      guarantees: standard.guarantees
        .filter(({ name }) => name !== 'monotone-time')
        .map((one) => (one.verdict === 'broken' ? { ...one, expected: 'held' as const } : one)),
    },
  };
  expect(misjudged({ ...result, designs })).toEqual([
    'standard: no verdict on monotone-time',
    'standard: order of workers broken, expected held',
  ]);
});
