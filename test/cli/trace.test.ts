import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/cli.ts';
import { writeTraceEvents } from '../../src/cli/trace-events-file.ts';
import { complaints, eventsOf, TraceFile } from '../history/trace-format.ts';
import { resolve } from '../support/street.ts';
import { Place, TINY } from './bin.ts';

/** Two traffics into one queue whose handlers fail now and then; few enough to be read. */
const SMALL = `title: A small one
description: What becomes of each?
seed: 1
horizon: 20s
drain: 5m
replications: 2
traffic:
  orders: { rate: 5/s, poison: 10% }
  returns: { rate: 1/s }
resources:
  jobs: { type: sqs, visibilityTimeout: 5s, redrive: { maxReceiveCount: 2, deadLetterQueue: dead } }
  dead: { type: sqs }
  workers: { type: consumer, source: jobs, instances: 2, handler: { time: 10ms } }
designs:
  queued: { traffic: { orders: jobs, returns: jobs } }
`;

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('small.yaml', SMALL);
  place.write('tiny.yaml', TINY);
});
afterAll(() => place.remove());

/** In this process: the bin would take most of the time for its start. */
async function trace(line: string) {
  const told = { out: '', err: '' };
  const write = (into: 'out' | 'err') => (text: string) => {
    told[into] += text.endsWith('\n') ? text : `${text}\n`;
  };
  const terminal = { out: write('out'), err: write('err'), color: false, width: 80, live: false, ask: null };
  const [file = '', ...words] = line.split(' ');
  const code = await main(['trace', join(place.folder, file), ...words], terminal);
  return { code, out: told.out, err: told.err.replaceAll(place.folder + sep, '') };
}

describe('spillway trace', () => {
  test('tells the life of a message and what became of it', async () => {
    const { code, out, err } = await trace('small.yaml --message dead-lettered');
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Request \d+ of orders, the first in a dead-letter queue$/);
    expect(lines[1]).toBe('small, design queued, replication 0, seed 1');
    const told = lines
      .slice(3)
      .map((line) => line.replace(/^ +[\d.]+ s +(\+\S+ \S+(?: \S+ s)?)? +/, '').replace(/[\d.]+ s$/, 'T'));
    expect(told.map((line) => line.replace(/#\d/, '#n').replace(/message \d+/, 'message m'))).toEqual([
      'traffic orders began to send it to queue jobs',
      'traffic orders was told that queue jobs has taken it, as message m',
      'workers #n received it from queue jobs (1st time), hidden for 5 s until T',
      'workers #n began to work on it',
      'workers #n failed on it: no effect',
      'workers #n received it from queue jobs (2nd and last time), hidden for 5 s until T',
      'workers #n began to work on it',
      'workers #n failed on it: no effect',
      'at the end it is still in queue dead, received 2 times',
      '  → Never done, after it failed 2 times: at the end it lies in queue dead.',
    ]);
  });

  test('knows a request by its traffic and place, and by its number in the history', async () => {
    interface Life {
      readonly request: number;
      readonly order: number;
      readonly traffic: string;
      readonly records: readonly { readonly entity: number }[];
    }
    const json = async (line: string): Promise<Life> => {
      const { code, out } = await trace(`${line} --json`);
      expect(code).toBe(0);
      return JSON.parse(out) as Life;
    };
    const one = await json('small.yaml --message returns/3');
    expect([one.traffic, one.order]).toEqual(['returns', 3]);
    expect(new Set(one.records.map(({ entity }) => entity))).toEqual(new Set([one.request]));
    expect(await json(`small.yaml --message ${one.request}`)).toEqual(one);
    const { out } = await trace('small.yaml --message returns/3');
    expect(out.split('\n')[0]).toBe(`Request 3 of returns (number ${one.request} of the history)`);
    expect(await json('small.yaml --message 3')).toMatchObject({ traffic: 'orders', request: 3, order: 3 });
  });

  test('takes another replication, seed or setting', async () => {
    const lives: string[] = [];
    for (const more of ['', ' --replication 1', ' --seed 2', ' --set workers.handler.time=20ms']) {
      const { code, out } = await trace(`small.yaml --message orders/5${more}`);
      expect(code).toBe(0);
      lives.push(out);
    }
    expect(new Set(lives).size).toBe(4);
    expect(lives[1]).toContain('replication 1, seed 1');
  });

  test.each([
    [
      'small.yaml --message orders/4000',
      /^--message orders\/4000 → there is no such request; this replication has orders\/0 to orders\/\d+, returns\/0 to returns\/\d+\n$/,
    ],
    ['small.yaml --message lost-reply', '--message lost-reply → there was none in this replication\n'],
    [
      'small.yaml --message refunds/1',
      '--message refunds/1 → no traffic refunds; expected one of orders, returns before the number\n',
    ],
    [
      'small.yaml --message fastest',
      '--message fastest → expected a number, as in orders/12 or 12, or one of slowest, redelivered, dead-lettered, lost-reply, failed\n',
    ],
    [
      'small.yaml --message -1',
      '--message -1 → expected a number, as in orders/12 or 12, or one of slowest, redelivered, dead-lettered, lost-reply, failed\n',
    ],
    ['small.yaml --message 1 --replication 2', '--replication 2 → expected a whole number from 0 to 1\n'],
    ['small.yaml --message 1 --design sync', '--design sync → small.yaml has no such design; expected one of queued\n'],
    ['tiny.yaml --message 1', '--design → tiny.yaml has 2 designs; expected one of one, two\n'],
    ['small.yaml', 'Missing required argument: message; see: spillway --help\n'],
    ['none.yaml --message 1', /^none\.yaml: cannot be read/],
  ])('says what is wrong: %s', async (line, message) => {
    const { code, out, err } = await trace(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(
      message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    );
  });
});

describe('spillway run --trace-events', () => {
  const run = (out: string) =>
    place.spillway(['run', 'small.yaml', '--format', 'json', '--out', out, '--trace-events', `${out}.json`]);

  test('writes a file as the format has it, the same each time, and says what is in it', () => {
    const { code, err } = run('a');
    expect(code).toBe(0);
    const { traceEvents } = TraceFile.parse(JSON.parse(place.read('a.json')));
    expect(complaints(traceEvents)).toEqual([]);
    expect(err).toMatch(
      new RegExp(
        `^Trace events: a\\.json \\(${traceEvents.length} events from \\d+ records of design queued, replication 0\\)\\.`,
      ),
    );
    expect(eventsOf(traceEvents, 'X').filter(({ name }) => name === 'handle').length).toBeGreaterThan(100);
    run('b');
    expect(place.read('b.json') === place.read('a.json')).toBe(true);
  });

  test('wants one design, and a file that can be written', () => {
    expect(place.spillway(['run', 'tiny.yaml', '--trace-events', 'c.json'])).toMatchObject({
      code: 2,
      err: '--trace-events → expected one scenario and one design: choose it with --design\n',
    });
    const { code, err } = place.spillway(['run', 'small.yaml', '--format', 'json', '--trace-events', 'no/c.json']);
    expect([code, err]).toEqual([2, '--trace-events no/c.json: cannot be written → there is no such file or folder\n']);
  });

  test('is valid JSON where records are left out, and where the run failed', () => {
    const file = join(place.folder, 'e.json');
    const traceEvents = () => TraceFile.parse(JSON.parse(readFileSync(file, 'utf8'))).traceEvents;
    const scenario = resolve(SMALL);
    expect(writeTraceEvents(scenario, 'queued', file, 50)).toMatch(/from 50 records .*; left out: \d+ more records\)/);
    expect(complaints(traceEvents())).toEqual([]);
    expect(() => writeTraceEvents(scenario, 'nowhere', file)).toThrow('no design nowhere');
    expect(traceEvents()).toEqual([]);
  });
});
