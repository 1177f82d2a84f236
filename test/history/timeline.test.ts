import { describe, expect, test } from 'vitest';
import { runReplication } from '../../src/experiment/index.ts';
import { History, type HistorySink, Timeline } from '../../src/history/index.ts';
import { story } from '../guarantees/story.ts';
import { resolve } from '../support/street.ts';
import { complaints, eventsOf, type TraceEvent, TraceFile } from './trace-format.ts';

const PLAIN = {
  most: 1e9,
  traffic: ['shop'],
  resources: [
    { name: 'orders', type: 'sqs' },
    { name: 'w', type: 'consumer' },
    { name: 'dead', type: 'sqs' },
  ],
  visibilityUs: () => 30e6,
  deadLetters: (queue: string) => (queue === 'orders' ? { queue: 'dead', maxReceiveCount: 3 } : null),
  subscription: (_topic: string, place: number) => `subscriber-${place}`,
  stepUs: 1,
};

/** Events, checked as a file. */
function drawn(play: (timeline: HistorySink) => void, options: Partial<typeof PLAIN> = {}) {
  const events: string[] = [];
  const timeline = new Timeline((event) => events.push(event), { ...PLAIN, ...options });
  play(timeline);
  timeline.finish();
  const file: unknown = JSON.parse(`{"displayTimeUnit":"ms","otherData":{},"traceEvents":[${events.join()}]}`);
  const { traceEvents } = TraceFile.parse(file);
  expect(complaints(traceEvents)).toEqual([]);
  expect(timeline.events).toBe(traceEvents.length);
  return { timeline, events: traceEvents };
}

function ofStory(text: string, options: Partial<typeof PLAIN> = {}) {
  const { history } = story(text);
  return drawn((timeline) => {
    for (const chunk of history.chunks) timeline.take(chunk, history.names);
  }, options);
}

/** `orders: in the queue 1–2`: spans of messages, in seconds. */
function waits(events: readonly TraceEvent[]): string[] {
  const names = new Map(
    eventsOf(events, 'M').flatMap((event) =>
      'name' in event.args && !('tid' in event) ? [[event.pid, event.args.name]] : [],
    ),
  );
  const ends = eventsOf(events, 'e');
  return eventsOf(events, 'b').map(({ pid, id, name, ts }) => {
    const end = ends.find((one) => one.id === id && one.name === name && one.ts >= ts);
    return `${names.get(pid)}: ${name} ${ts / 1e6}–${(end?.ts ?? 0) / 1e6}`;
  });
}

const REDELIVERED = `
  0    shop  sends a
  0.1  shop  sent a at=0.05
  1    w     gets a
  1    w     begins a
  1.5  w     fails a
  40   w     gets a
  40   w     begins a
  40.2 w     does a
  40.2 w     deletes a
  40.3 w     deleted a
  rest
`;

describe('a timeline', () => {
  test('draws calls and work on threads, and a message that waits and is in flight on its queue', () => {
    const { events } = ofStory(REDELIVERED);
    const spans = eventsOf(events, 'X').map(({ name, ts, dur, args }) => [name, ts / 1e6, dur / 1e6, args['outcome']]);
    expect(spans).toEqual([
      ['send orders', 0, 0.1, 'ok'],
      ['receive orders', 1, 0, 'ok'],
      ['handle', 1, 0.5, 'fail'],
      ['receive orders', 40, 0, 'ok'],
      ['handle', 40, 0.2, 'ok'],
      ['delete orders', 40.2, 0.1, 'ok'],
    ]);
    // Its timeout is over at 31 s, though nobody sees it before 40 s.
    expect(waits(events)).toEqual([
      'orders (sqs): in the queue 0.05–1',
      'orders (sqs): in flight 1–31',
      'orders (sqs): in the queue 31–40',
      'orders (sqs): in flight 40–40.3',
    ]);
    expect(eventsOf(events, 'C').map(({ ts, args }) => [ts / 1e6, args['messages']])).toEqual([
      [0.1, 1],
      [40.3, 0],
    ]);
    expect(eventsOf(events, 'i').map(({ name }) => name)).toEqual(['healed', 'quiesced', 'end']);
  });

  test('leads a request from its send through all who have it in hand', () => {
    const { events } = ofStory(REDELIVERED);
    const spans = new Map(eventsOf(events, 'X').map((span) => [`${span.tid}@${span.ts}`, span.name]));
    const starts = eventsOf(events, 's');
    const arrows = eventsOf(events, 'f').map(({ id, tid, ts }) => {
      const start = starts.find((one) => one.id === id);
      return `${spans.get(`${start?.tid}@${start?.ts}`)} → ${spans.get(`${tid}@${ts}`)}`;
    });
    expect(arrows).toEqual([
      'send orders → receive orders',
      'receive orders → handle',
      'handle → receive orders',
      'receive orders → handle',
    ]);
  });

  test('moves a message to the dead-letter queue when its last timeout is over', () => {
    const { events } = ofStory(`
      0 shop sends a
      0 shop sent a
      1 w gets a x=3
      50 shop sends b
      60 shop sent b
      61 w gets b on=orders x=1
      100 w finds a on=dead
    `);
    expect(waits(events).filter((one) => one.startsWith('dead'))).toEqual(['dead (sqs): in the queue 31–100']);
    expect(waits(events)[1]).toBe('orders (sqs): in flight 1–31');
  });

  test('never ends a span before it began, though answers come out of order', () => {
    const { events } = ofStory(`
      0 shop sends a
      0 shop sent a
      1 w gets a
      40 v gets a
      41 w deletes a
      42 w deleted a at=35
    `);
    expect(waits(events).at(-1)).toBe('orders (sqs): in flight 40–40');
  });

  test('tells a count now and then, and always the last one before a pause', () => {
    const { events } = ofStory(
      `
      0 shop sends a
      1 shop sent a
      2 shop sends b
      3 shop sent b
      3 shop sends c
      4 shop sent c
      50 w gets a
      51 w deletes a
      52 w deleted a
    `,
      { stepUs: 10e6 },
    );
    expect(eventsOf(events, 'C').map(({ ts, args }) => [ts / 1e6, args['messages']])).toEqual([
      [1, 1],
      [4, 3],
      [52, 2],
    ]);
  });

  test('names processes in declared order, senders first, and tells a sender from a queue of its name', () => {
    const { events } = ofStory(
      `
      0 w gets a
      0 orders sends b
      1 orders sent b
    `,
      { traffic: ['orders'] },
    );
    const named = eventsOf(events, 'M').filter((event) => !('tid' in event));
    const order = named.flatMap((event) => ('sort_index' in event.args ? [[event.args.sort_index, event.pid]] : []));
    const names = new Map(named.flatMap((event) => ('name' in event.args ? [[event.pid, event.args.name]] : [])));
    expect(order.sort(([a = 0], [b = 0]) => a - b).map(([, pid = -1]) => names.get(pid))).toEqual([
      'orders (traffic)',
      'orders (sqs)',
      'w (consumer)',
    ]);
  });

  test('puts what one instance does at once side by side, next to it', () => {
    const history = new History();
    for (const [us, who, call] of [
      [0, 1, 1],
      [1, 0, 2],
      [2, 1, 3],
    ] as const) {
      history.add({ us, do: 'handle', is: 'invoke', client: 'w', on: 'w', who, call, entity: call });
    }
    const { events } = drawn((sink) => {
      for (const chunk of history.chunks) sink.take(chunk, history.names);
    });
    const named = eventsOf(events, 'M').filter((event) => 'tid' in event);
    const of = (key: 'name' | 'sort_index'): [number, unknown][] =>
      named.flatMap((event) => (key in event.args ? [[event.tid, Reflect.get(event.args, key)]] : []));
    const names = new Map(of('name'));
    const sorted = of('sort_index').sort(([, a], [, b]) => Number(a) - Number(b));
    expect(sorted.map(([tid]) => names.get(tid))).toEqual(['#0', '#1', '#1, 2']);
  });

  test('ends what is open, says that no answer came, and draws a fault', () => {
    const { events } = ofStory(`
      fault
      0 shop sends a
      2 shop sends b
    `);
    const spans = eventsOf(events, 'X').map(({ name, ts, dur, args }) => [name, ts / 1e6, dur / 1e6, args['outcome']]);
    expect(spans).toEqual([
      ['fault', 0, 2, 'no answer'],
      ['send orders', 0, 2, 'no answer'],
      ['send orders', 2, 0, 'no answer'],
    ]);
  });

  test('stops after so many records, and is whole all the same', () => {
    const { timeline, events } = ofStory(REDELIVERED, { most: 4 });
    expect([timeline.records, timeline.dropped]).toEqual([4, 10]);
    expect(eventsOf(events, 'X').at(-1)).toMatchObject({ name: 'handle', dur: 0 });
  });

  test('draws some of many, and says how many it does not draw', () => {
    const history = new History();
    for (let entity = 0; entity < 300; entity++) {
      history.add({ us: entity, do: 'send', is: 'invoke', client: 'shop', on: 'orders', call: entity, entity });
    }
    for (let entity = 0; entity < 300; entity++) {
      const call = { client: 'shop', on: 'orders', call: entity, entity, message: entity };
      history.add({ us: 300 + entity, do: 'send', is: 'ok', ...call });
    }
    const { timeline, events } = drawn((sink) => {
      for (const chunk of history.chunks) sink.take(chunk, history.names);
    });
    expect([eventsOf(events, 'X').length, timeline.notDrawn]).toEqual([64, 236]);
    expect([eventsOf(events, 'b').length, timeline.messagesNotDrawn]).toEqual([250, 50]);
    expect(eventsOf(events, 'C').at(-1)?.args).toEqual({ messages: 300 });
  });
});

/** Lost answers, refusals, dead letters, batches, a topic, a function, a crash: whatever makes a history untidy. */
const UNTIDY = `
seed: 1
horizon: 20s
drain: 5m
replications: 1
traffic:
  t: { rate: 10/s, timeout: 2s, retry: { attempts: 3, backoff: 200ms }, poison: 5% }
  u: { rate: 5/s, timeout: 500ms }
resources:
  topic: { type: sns, subscriptions: [{ to: one }, { to: two }, { to: hook, redrive: { deadLetterQueue: dead } }] }
  one: { type: sqs, visibilityTimeout: 2s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
  two: { type: sqs, visibilityTimeout: 12s }
  dead: { type: sqs }
  hook: { type: service, servers: 1, serviceTime: 1ms }
  ones: { type: consumer, source: one, instances: 3, concurrency: 2, batchSize: 10, handler: { time: { exponential: { mean: 300ms } } } }
  twos: { type: lambda, source: two, timeout: 2s, handler: { time: 20ms } }
  api: { type: service, servers: 2, serviceTime: 150ms, maxQueue: 20 }
designs: { d: { traffic: { t: topic, u: api } } }
faults:
  - { at: 5s, for: 5s, link: [t, topic], lose: { replies: 50% } }
  - { at: 10s, for: 2m, resource: hook, down: true }
  - { at: 15s, resource: ones, crash: 60% }
`;

test('keeps the laws of the format, and one span for each handling, whatever the run', () => {
  const scenario = resolve(UNTIDY);
  const history = new History();
  const { events, timeline } = drawn(
    (sink) => {
      const both: HistorySink = {
        take: (chunk, names) => {
          history.take(chunk, names);
          sink.take(chunk, names);
        },
      };
      runReplication(scenario, 'd', 0, { judge: false, history: both });
    },
    { traffic: ['t', 'u'], visibilityUs: () => 2e6 },
  );
  expect(timeline.notDrawn).toBe(0);
  const records = [...history];
  const calls = (what: string): number =>
    new Set(
      records.flatMap((one) => (one.do === what && one.call !== undefined && one.is !== 'fail' ? [one.call] : [])),
    ).size;
  const spans = (name: string): number =>
    eventsOf(events, 'X').filter((span) => span.name.split(' ')[0] === name).length;
  for (const what of ['handle', 'publish', 'send', 'delete']) expect([what, spans(what)]).toEqual([what, calls(what)]);
  expect(spans('receive')).toBe(calls('receive'));
  expect(spans('handle')).toBeGreaterThan(200);
  expect(spans('request')).toBe(records.filter((one) => one.do === 'request' && one.is === 'invoke').length);
  expect(eventsOf(events, 'b').filter(({ cat }) => cat === 'delivery')).toHaveLength(
    records.filter((one) => one.do === 'owed').length,
  );
  const kinds = new Set(records.map((one) => `${one.do} ${one.is}`));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'publish unknown',
      'handle fail',
      'handle unknown',
      'deliver fail',
      'left ok',
      'request ok',
    ]),
  );
});
