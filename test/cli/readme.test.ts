import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place, ROOT } from './bin.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The first block of that language. */
function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(README)?.[1] ?? '';
}

let place: Place;
beforeAll(() => {
  place = new Place();
});
afterAll(() => place.remove());

describe('the README', () => {
  test('explains a scenario that runs and comes out as it says', () => {
    place.write('shop.yaml', block('yaml'));
    const { code, err } = place.spillway(['run', 'shop.yaml', '--replications', '2', '--format', 'json']);
    expect([code, err]).toEqual([0, '']);
  });

  test('shows a use of the library that runs', () => {
    const door = join(ROOT, 'src/index.ts');
    place.write('library.mjs', block('js').replace("'spillway'", JSON.stringify(door)));
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(place.folder, 'library.mjs')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\{ reason: 'until', events: \d{6} \} [0-9a-f]{16}\n$/);
  });

  test('names commands, options and scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    for (const [, command, rest] of block('sh').matchAll(/npx spillway (\w+)([^#\n]*)/g)) {
      const help = place.spillway([command ?? '', '--help']).out;
      for (const [option] of (rest ?? '').matchAll(/--\w+/g)) expect(help).toContain(option);
    }
  });
});
