/** Every `console` block of docs/cli.md: its commands, in order, print what stands below them. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, Place, ROOT } from './bin.ts';

const PAGE = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');

interface Example {
  readonly command: string;
  readonly prints: string;
}

const EXAMPLES = [...PAGE.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block]) =>
  (block ?? '')
    .split(/^\$ /m)
    .slice(1)
    .map((part): Example => {
      const end = part.indexOf('\n');
      return { command: part.slice(0, end), prints: part.slice(end + 1).trimEnd() };
    }),
);

/** `…` stands for anything, a line of it for any lines. */
function pattern(prints: string): RegExp {
  const parts = prints.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('[\\s\\S]*')}\\s*$`);
}

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('bin/spillway', `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(place.folder, 'bin/spillway'), 0o755);
});
afterAll(() => place.remove());

describe('docs/cli.md', () => {
  test.each(EXAMPLES)('$command', ({ command, prints }) => {
    const env = { ...process.env, PATH: `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: place.folder, encoding: 'utf8', env });
    expect(stdout + stderr).toMatch(pattern(prints));
  });

  test('has a part for every command', () => {
    const { out } = place.spillway(['--help']);
    const commands = [...out.matchAll(/^ {2}spillway (\w+)/gm)].map(([, name]) => name ?? '');
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) expect(PAGE).toContain(`\n## ${command}\n`);
  });
});
