import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { init } from '../../src/cli/commands/init.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { BIN, Place } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
});
afterAll(() => place.remove());

describe('spillway init', () => {
  test.each([
    ['plain', []],
    ['spiked', ['--traffic', '20/s', '--spike', '400/s']],
    ['slow-work', ['--traffic', '30/m', '--work', '20s', '--spike', '300/m']],
    ['busy', ['--traffic', '2k/s', '--spike', '2.1k/s', '--work', '3ms']],
    ['only-queued', ['--design', 'queued', '--traffic', '10/s', '--spike', '1000/s']],
    ['only-sync', ['--design', 'sync', '--traffic', '5/s']],
  ])('writes a scenario that is valid: %s', (name, args) => {
    expect(place.spillway(['init', name, ...args])).toEqual({
      code: 0,
      out: `${name}.yaml is written. Next: spillway run ${name}.yaml\n`,
      err: '',
    });
    expect(place.spillway(['validate', `${name}.yaml`]).out).toBe(`${name}.yaml: fine\n`);
    expect(
      place
        .read(`${name}.yaml`)
        .split('\n')
        .filter((line) => line.includes('#')).length,
    ).toBeGreaterThan(12);
  });

  test.each(['spiked', 'only-queued'])('writes one that comes out as it says: %s', (name) => {
    const { code, err } = place.spillway(['run', `${name}.yaml`, '--replications', '2', '--format', 'json']);
    expect([code, err]).toEqual([0, '']);
  });

  test('has only the designs that were asked for, and no objective of another', () => {
    place.spillway(['init', 'one-design', '--design', 'queued']);
    expect(place.read('one-design.yaml')).not.toContain('sync');
  });

  test('overwrites nothing', () => {
    place.write('mine.yaml', 'my work');
    const { code, out, err } = place.spillway(['init', 'mine']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe('mine.yaml → is there already; expected a name that is free\n');
    expect(place.read('mine.yaml')).toBe('my work');
  });

  test.each([
    [['--traffic', '200'], '--traffic 200 → expected a rate with its unit'],
    [['--traffic', '0/s'], '--traffic 0/s → expected a rate above 0'],
    [['--spike', '50/s'], '--spike 50/s → expected a rate above the usual 100/s, or none'],
    [['--spike', '{ daily: 1 }'], '--spike { daily: 1 } → expected a rate'],
    [['--work', 'long'], '--work long → expected a duration'],
    [['--design', 'sync,both'], '--design sync,both → expected some of sync, queued'],
    [['../up'], 'name ../up → expected a letter'],
  ])('refuses %s', (args, says) => {
    const before = place.files();
    const { code, out, err } = place.spillway(['init', ...args]);
    expect(err).toContain(says);
    expect([code, out]).toEqual([2, '']);
    expect(place.files()).toEqual(before);
  });
});

describe('its questions', () => {
  /** A terminal at which somebody gives these answers. */
  function sitting(answers: string[]): { terminal: Terminal; asked: string[]; err: string[] } {
    const [asked, err]: [string[], string[]] = [[], []];
    const terminal: Terminal = {
      out: () => undefined,
      err: (text) => void err.push(text),
      color: false,
      width: 80,
      live: false,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(answers.shift() ?? '');
      },
    };
    return { terminal, asked, err };
  }

  test('are asked again until the answer is one, and not at all where an option has answered', async () => {
    const before = process.cwd();
    process.chdir(place.folder);
    try {
      const { terminal, asked, err } = sitting(['asked', 'fast', '60/s', '', 'queued']);
      await init({ given: { work: '10ms' }, yes: false, json: false }, terminal);
      expect(asked.map((text) => text.split(' (')[0])).toEqual([
        'Name of the scenario',
        'How many requests come, such as 200/s or 90/m',
        'How many requests come, such as 200/s or 90/m',
        'How many come at the worst moment, or none',
        'Which designs to compare: sync, queued or both',
      ]);
      expect(err).toEqual([expect.stringContaining('--traffic fast → expected a rate')]);
      expect(place.read('asked.yaml')).toContain('rate: 60/s');
      expect(place.read('asked.yaml')).not.toContain('sync');
      const quiet = sitting([]);
      await init({ given: { name: 'quiet' }, yes: true, json: false }, quiet.terminal);
      expect(quiet.asked).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  test('are not asked in a pipe', async () => {
    const child = spawn(process.execPath, [BIN, 'init', 'piped'], {
      cwd: place.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Nobody answers: stdin stays open.
    const code = await new Promise((resolve) => {
      child.on('exit', resolve);
    });
    child.stdin.destroy();
    expect(code).toBe(0);
    expect(place.files()).toContain('piped.yaml');
  });
});
