import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, Place, TINY } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('tiny.yaml', TINY);
});
afterAll(() => place.remove());

const withObjective = (line: string): string => TINY.replace('lost of orders == 0', line);

describe('spillway run', () => {
  test('prints the comparison, writes the report and ends with 0', () => {
    const { code, out, err } = place.spillway(['run', 'tiny.yaml'], { FORCE_COLOR: '1', CI: 'true' });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('one');
    expect(out).toContain(`Report: ${join('out/tiny', 'report.html')}`);
    // No colour in a pipe, whatever the environment says.
    expect(out).not.toContain('\u{1b}');
    expect(place.files()).toEqual(
      expect.arrayContaining(['out/tiny/report.html', 'out/tiny/report.md', 'out/tiny/result.json']),
    );
  });

  test('gives the same bytes for any number of threads, in any time zone and language', () => {
    const runs: [string, string[], Record<string, string>][] = [
      ['1', ['--threads', '1'], {}],
      ['2', ['--threads', '2'], { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }],
      ['5', ['--threads', '5', '--format', 'json'], {}],
      ['default', ['--format', 'json'], {}],
    ];
    for (const [name, args, env] of runs) {
      expect(place.spillway(['run', 'tiny.yaml', '--out', `threads/${name}`, ...args], env).code).toBe(0);
    }
    const all = place.files().filter((file) => file.startsWith('threads/1/'));
    expect(all.length).toBeGreaterThan(5);
    for (const file of all) {
      for (const [name, args] of runs.slice(1)) {
        if (args.includes('json') && !file.endsWith('result.json')) continue;
        expect(place.read(file.replace('/1/', `/${name}/`)) === place.read(file), `${file} with ${name}`).toBe(true);
      }
    }
  });

  test('prints with --json what it writes, on one line, and nothing else', () => {
    const { code, out, err } = place.spillway(['run', 'tiny.yaml', '--json', '--out', 'json', '--format', 'json']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(place.read('json/result.json'));
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(place.files().filter((file) => file.startsWith('json/'))).toEqual(['json/result.json']);
  });

  test('writes several scenarios to a folder each', () => {
    place.write('other.yaml', TINY);
    const { code, out } = place.spillway([
      'run',
      'tiny.yaml',
      'other.yaml',
      '--json',
      '--format',
      'json',
      '--out',
      'both',
    ]);
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { scenario: string }).scenario),
    ).toEqual(['tiny', 'other']);
    expect(place.files().filter((file) => file.startsWith('both/'))).toEqual([
      'both/other/result.json',
      'both/tiny/result.json',
    ]);
  });

  test('takes seed, replications, a design and settings from the command line', () => {
    const args = [
      '--seed',
      '007',
      '--replications',
      '3',
      '--design',
      'two',
      '--set',
      'api.servers=3',
      '--set',
      'horizon=10s',
    ];
    const { code, out, err } = place.spillway(['run', 'tiny.yaml', ...args, '--json', '--format', 'json']);
    expect([code, err]).toEqual([0, '']);
    const result = JSON.parse(out) as { seed: string; replications: number; designs: object; horizonMs: number };
    expect(result).toMatchObject({ seed: '007', replications: 3, horizonMs: 10_000 });
    expect(Object.keys(result.designs)).toEqual(['two']);
  });

  test('another seed gives another fingerprint', () => {
    const prints = ['1', '2'].map((seed) => {
      const { out } = place.spillway(['run', 'tiny.yaml', '--json', '--format', 'json', '--seed', seed]);
      return (JSON.parse(out) as { fingerprint: string }).fingerprint;
    });
    expect(new Set(prints).size).toBe(2);
  });

  test('ends with 1 where an objective comes out otherwise than expected, and only then', () => {
    place.write('missed.yaml', withObjective('completion.p99 of orders < 1ms'));
    place.write('expected.yaml', withObjective('{ that: completion.p99 of orders < 1ms, expect: missed }'));
    place.write('surprise.yaml', withObjective('{ that: lost of orders == 0, expect: missed }'));
    const codes = ['missed', 'expected', 'surprise'].map(
      (name) => place.spillway(['run', `${name}.yaml`, '--format', 'md']).code,
    );
    expect(codes).toEqual([1, 0, 1]);
    expect(existsSync(join(place.folder, 'out/missed/report.md'))).toBe(true);
  });

  test('takes a recording in place of a traffic, from where the command was given', () => {
    place.write('rec/data.csv', 'when,n\n2024-01-01 00:00:00,30\n2024-01-01 00:05:00,12\n');
    place.write('deep/tiny.yaml', TINY.replace('horizon: 20s', 'horizon: trace'));
    const traffic = 'orders=rec/data.csv,time=when,count=n,every=5m';
    const { code, out, err } = place.spillway([
      'run',
      'deep/tiny.yaml',
      '--traffic',
      traffic,
      '--json',
      '--out',
      'rec/out',
    ]);
    expect([code, err]).toEqual([0, '']);
    type Offered = { designs: Record<string, { traffic: Record<string, { offered: number }> }> };
    // 42 requests in each of the four replications.
    expect((JSON.parse(out) as Offered).designs['one']?.traffic['orders']?.offered).toBe(4 * 42);
    expect(out).not.toContain(place.folder);
  });
});

/** Ctrl-C after a while; how it ended, and what it left of the folder. */
async function interrupted(args: readonly string[], afterMs: number): Promise<{ how: string; left: string[] }> {
  const child = spawn(process.execPath, [BIN, 'run', 'tiny.yaml', '--out', 'stopped', ...args], {
    cwd: place.folder,
  });
  const timer = setTimeout(() => child.kill('SIGINT'), afterMs);
  const how = await new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  clearTimeout(timer);
  return { how, left: place.files().filter((file) => /stopped|\.spillway/.test(file)) };
}

describe('a run that is stopped', () => {
  test.each(['1', '2'])('by Ctrl-C with --threads %s leaves no file', async (threads) => {
    const args = ['--set', 'horizon=100d', '--replications', threads, '--threads', threads];
    expect(await interrupted(args, 1200)).toEqual({ how: 'SIGINT', left: [] });
  });

  test('at any moment leaves all of the report or none of it', async () => {
    const formats = ['--format', 'json,md,csv'];
    const start = performance.now();
    const whole = (await interrupted(formats, 1e6)).left;
    const took = performance.now() - start;
    expect(whole.length).toBeGreaterThan(4);
    for (const share of [0.8, 0.9, 0.95, 1]) {
      rmSync(join(place.folder, 'stopped'), { recursive: true });
      const { left } = await interrupted(formats, took * share);
      if (left.length > 0) expect(left).toEqual(whole);
      else mkdirSync(join(place.folder, 'stopped'));
    }
  });

  test('by a reader that has enough ends quietly', () => {
    const line = `'${process.execPath}' '${BIN}' run tiny.yaml --json --format json | head -c 1`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: place.folder, encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['{', '']);
  });
});
