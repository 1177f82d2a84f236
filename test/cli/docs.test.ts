/** Every `console` block of docs/cli.md: its commands, in order, print what stands below them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place, ROOT } from './bin.ts';
import { examplesIn, inShell, pattern } from './console.ts';

const PAGE = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');

const EXAMPLES = examplesIn(PAGE);

let place: Place;
beforeAll(() => {
  place = new Place();
});
afterAll(() => place.remove());

describe('docs/cli.md', () => {
  test.each(EXAMPLES)('$command', ({ command, prints }) => {
    expect(inShell(place, command)).toMatch(pattern(prints));
  });

  test('has a part for every command', () => {
    const { out } = place.spillway(['--help']);
    const commands = [...out.matchAll(/^ {2}spillway (\w+)/gm)].map(([, name]) => name ?? '');
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) expect(PAGE).toContain(`\n## ${command}\n`);
  });
});
