import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place, TINY } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('tiny.yaml', TINY);
  place.spillway(['run', 'tiny.yaml', '--out', 'a', '--format', 'json']);
});
afterAll(() => place.remove());

describe('with --json every command prints one line of JSON and nothing else', () => {
  test.each([
    ['run tiny.yaml --format json --json', 'designs'],
    ['trace tiny.yaml --design one --message 3 --json', 'records'],
    ['validate tiny.yaml --json', 'ok'],
    ['report a --format md --json', 'files'],
    ['diff a a --json', 'equal'],
    ['list --json', 'length'],
    ['init made --json', 'file'],
    ['explain --json', 'topics'],
    ['explain sqs --json', 'settings'],
    ['explain sqs visibilityTimeout --json', 'facts'],
    ['schema --json', 'properties'],
    ['completion bash --json', 'script'],
  ])('spillway %s', (line, member) => {
    const { code, out, err } = place.spillway(line.split(' '));
    expect([code, err]).toEqual([0, '']);
    expect(out.indexOf('\n')).toBe(out.length - 1);
    expect(JSON.parse(out)).toHaveProperty(member);
  });

  test('and every command that prints anything takes it', () => {
    const { out } = place.spillway(['--help']);
    const commands = [...out.matchAll(/^ {2}spillway (\w+)/gm)].map(([, name]) => name ?? '');
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) expect(place.spillway([command, '--help']).out).toContain('--json');
  });

  test('an error is text on stderr, and stdout stays empty', () => {
    const { code, out, err } = place.spillway(['diff', 'a', 'none', '--json']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('none: cannot be read');
  });
});
