import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, Place, TINY } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('scenarios/tiny.yaml', TINY);
  place.write('out/once/result.json', '{}');
  place.write('bin/spillway', `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(place.folder, 'bin/spillway'), 0o755);
});
afterAll(() => place.remove());

function asked(...words: string[]): string[] {
  const { code, out, err } = place.spillway(['--get-yargs-completions', 'spillway', ...words], { SHELL: '/bin/bash' });
  expect([code, err]).toEqual([0, '']);
  return out.trimEnd().split('\n');
}

describe('what may come next', () => {
  test('at first is a command', () => {
    expect(asked('')).toEqual(
      expect.arrayContaining([
        'run',
        'check',
        'trace',
        'validate',
        'report',
        'diff',
        'list',
        'init',
        'explain',
        'schema',
        'completion',
      ]),
    );
    expect(asked('').join()).not.toContain('__');
  });

  test('after run is a scenario, or an option', () => {
    expect(asked('run', '')).toEqual(expect.arrayContaining(['tiny', 'flash-sale']));
    expect(asked('run', 'tiny', '--')).toEqual(expect.arrayContaining(['--replications', '--out', '--format']));
    expect(asked('run', 'tiny', '--format', '')).toEqual(['html', 'json', 'md', 'csv', 'svg', 'png']);
    expect(asked('run', 'tiny', '--design', '')).toEqual(['one', 'two']);
  });

  test('after trace is a scenario, a design of it, or which message', () => {
    expect(asked('trace', '')).toEqual(expect.arrayContaining(['tiny', 'flash-sale']));
    expect(asked('trace', 'tiny', '--design', '')).toEqual(['one', 'two']);
    expect(asked('trace', 'tiny', '--message', '')).toContain('slowest');
    expect(asked('trace', 'tiny', '--')).toEqual(expect.arrayContaining(['--message', '--replication', '--set']));
  });

  test('after explain is a type, then one of its settings', () => {
    expect(asked('explain', '')).toEqual(expect.arrayContaining(['service', 'sqs', 'calls']));
    expect(asked('explain', 'sqs', 're')).toContain('redrive.maxReceiveCount');
  });

  test('after diff is a result at hand', () => {
    expect(asked('diff', '')).toEqual(['once']);
  });
});

test('bash completes by the script', () => {
  const script = `source <(spillway completion bash)
complete -p spillway
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spillway; echo "\${COMPREPLY[@]}"; }
try spillway va
try spillway run ti
try spillway run tiny --rep
try spillway explain sqs visib`;
  const env = { ...process.env, PATH: `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: place.folder, encoding: 'utf8', env });
  expect(stderr).toBe('');
  expect(stdout.split('\n').slice(1)).toEqual(['validate', 'tiny', '--replications', 'visibilityTimeout', '']);
});

test('zsh has a script of its own, and other shells are refused', () => {
  expect(place.spillway(['completion', 'zsh']).out).toMatch(/^#compdef spillway\n/);
  expect(place.spillway(['completion'], { SHELL: '/usr/bin/zsh' }).out).toMatch(/^#compdef spillway\n/);
  expect(place.spillway(['completion', 'fish'])).toMatchObject({ code: 2, out: '' });
});
