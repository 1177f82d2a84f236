import { afterEach, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/cli.ts';
import { RunError } from '../../src/cli/exit.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const list = vi.hoisted(() => vi.fn<() => never>());
vi.mock('../../src/cli/commands/list.ts', () => ({ list }));

async function ended(error: Error): Promise<{ code: number; out: string; err: string[] }> {
  list.mockImplementation(() => {
    throw error;
  });
  let out = '';
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => void err.push(text),
    color: false,
    width: 80,
    live: false,
    ask: null,
  };
  return { code: await main(['list', '--json'], terminal), out, err };
}

afterEach(() => vi.unstubAllEnvs());

test('a fault of our own ends with 3 and one line that says how to report and to repeat it', async () => {
  const { code, out, err } = await ended(new TypeError('x is not\na function'));
  expect([code, out, err.length]).toEqual([3, '', 1]);
  expect(err[0]).toMatch(
    /^Internal error \(TypeError\): x is not a function\. Please report it .*spillway list --json/,
  );
  expect(err[0]).toContain(`Node ${process.version}`);
  expect(err[0]).not.toContain('\n');
});

test('a run that must not be believed is such a fault, one that is too long is bad input', async () => {
  const failure = { name: 'ExperimentError', message: 'seed 1, replication 3', stack: undefined };
  const broken = await ended(new RunError({ ...failure, code: 'broken-conservation' }));
  expect(broken.code).toBe(3);
  expect(broken.err[0]).toContain('Internal error (ExperimentError broken-conservation): seed 1, replication 3.');
  expect(await ended(new RunError({ ...failure, code: 'event-limit' }))).toEqual({
    code: 2,
    out: '',
    err: ['seed 1, replication 3'],
  });
});

test('the stack is printed only where it is asked for', async () => {
  vi.stubEnv('SPILLWAY_DEBUG', '1');
  expect((await ended(new Error('boom'))).err[1]).toMatch(/^Error: boom\n\s+at /);
});
