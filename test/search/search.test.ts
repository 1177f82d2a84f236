import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PROBES } from '../../src/guarantees/index.ts';
import { parseScenario } from '../../src/scenario/index.ts';
import { mapAt } from '../../src/search/document.ts';
import {
  around,
  candidate,
  type Document,
  mergeTried,
  neverMet,
  type Play,
  playWith,
  type Space,
  type SpaceOptions,
  systems,
  tryRange,
} from '../../src/search/index.ts';

const readText = (): undefined => undefined;

/** Two designs, of which one does things in parallel that the queue keeps in order. */
const ORDERS = `
seed: 1
horizon: 10m
drain: 1m
warmup: 30s
title: Orders
traffic:
  orders: { rate: 20/s, key: { uniform: { keys: 100 } }, timeout: 2s, changes: [ { at: 2m, for: 1m, rate: 100/s } ] }
  audits: { rate: 2/s, key: { constant: a } }
resources:
  db: { type: service, servers: 4, serviceTime: 10ms }
designs:
  careful:
    traffic: { orders: orders, audits: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 30s, redrive: { maxReceiveCount: 5, deadLetterQueue: dead } }
      dead: { type: sqs, fifo: true }
      workers: { type: consumer, source: orders, instances: 4, batchSize: 1, handler: { time: 50ms, calls: [ { to: db } ] } }
  parallel:
    traffic: { orders: orders, audits: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 30s }
      crew: { type: consumer, source: orders, concurrency: 10, handler: { time: { exponential: { mean: 100ms } } } }
faults:
  - { at: 5m, for: 1m, resource: db, slow: 5x }
  - { at: 6m, resource: workers, crash: 50% }
objectives: [ completion.p99 of orders < 2s ]
guarantees:
  - { that: order of crew, design: parallel, expect: broken }
`;

function spaceOf(text: string, options: SpaceOptions = { messages: 300 }): Space {
  const outcome = parseScenario(text, { file: 'a.yaml', name: 'a', readText });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  return around(outcome.document, outcome.scenario, options);
}

const sample = (space: Space, runs: number): Document[] =>
  Array.from({ length: runs }, (_, run) => candidate(space, 'a', run));

describe('a candidate', () => {
  test('is the same for the same scenario, seed and number, and another for another', () => {
    expect(sample(spaceOf(ORDERS), 5)).toEqual(sample(spaceOf(ORDERS), 5));
    const texts = sample(spaceOf(ORDERS), 40).map((one) => JSON.stringify(one));
    expect(new Set(texts).size).toBe(40);
    expect(JSON.stringify(candidate(spaceOf(ORDERS), 'b', 0))).not.toBe(texts[0]);
  });

  test('is a scenario, has one design as it was written, and at most so many messages', () => {
    const play = playWith({ readText });
    const documents = sample(spaceOf(ORDERS), 60);
    const designs = parse(ORDERS) as { designs: Record<string, unknown> };
    for (const document of documents) {
      const [[name, design] = ['', {}], ...others] = Object.entries(document['designs'] as Record<string, unknown>);
      expect(others).toEqual([]);
      expect(design).toEqual(designs.designs[name]);
      const trial = play(document);
      expect(trial, JSON.stringify(document)).not.toBeNull();
      // An average of 300, drawn by Poisson in two traffics.
      expect(trial?.messages ?? 0).toBeLessThan(450);
    }
    expect(new Set(documents.map((one) => Object.keys(one['designs'] as object)[0]))).toEqual(
      new Set(['careful', 'parallel']),
    );
  });

  test('has each kind of trouble at times, and each is left out at times', () => {
    const texts = sample(spaceOf(ORDERS), 200).map((one) => JSON.stringify(one));
    for (const part of [
      '"crash"',
      '"slow"',
      '"down"',
      '"replies"',
      '"requests"',
      '"unreachable"',
      '"errors"',
      '"link"',
      '"shuffle"',
      '"burst"',
      '"regular"',
      '"uniform":{"keys":1}',
      '"crash":"50%"',
    ]) {
      const having = texts.filter((text) => text.includes(part)).length;
      expect(having, part).toBeGreaterThan(2);
      expect(having, part).toBeLessThan(180);
    }
    // Nobody said that producers send twice, or that there is poison.
    expect(texts.filter((text) => /duplicates|poison/.test(text))).toEqual([]);
  });

  test('has faults of ours on those resources only that may be struck, and on the way to them', () => {
    const options = { messages: 300, isStruck: (name: string) => name === 'orders' };
    const struck = sample(spaceOf(ORDERS.replace(/faults:[^]*?objectives/, 'objectives'), options), 100).flatMap(
      (document) => (document['faults'] as Document[]).map(({ resource, link }) => (link as string[])?.[1] ?? resource),
    );
    expect(struck.length).toBeGreaterThan(50);
    expect(new Set(struck)).toEqual(new Set(['orders']));
  });
});

describe('a search', () => {
  /** Breaks `a` on every third number and `b` on every fifth, by the number of the document. */
  const numbered = { messages: 2, probes: Object.fromEntries(PROBES.map((one) => [one, 1])) as never };
  const texts = sample(systems({ messages: 20 }), 40).map((one) => JSON.stringify(one));
  const play: Play = (document) => {
    const n = texts.indexOf(JSON.stringify(document));
    const breach = (guarantee: string, every: number) =>
      n % every === every - 1 ? [{ guarantee, resource: 'q', design: 'd', sentence: `${n}`, evidence: [] }] : [];
    return n === 7 ? null : { ...numbered, breaches: [...breach('a', 3), ...breach('b', 5)] };
  };
  const space = systems({ messages: 20 });
  const whole = tryRange(space, play, { seed: 'a', from: 0, to: 40 });

  test('keeps the first run of each guarantee that broke, and counts what was tried', () => {
    expect(whole.found.map(({ run, breach }) => [run, breach.guarantee])).toEqual([
      [2, 'a'],
      [4, 'b'],
    ]);
    expect(whole).toMatchObject({ runs: 40, skipped: 1, messages: 78 });
    expect(Object.values(whole.probes)).toEqual(PROBES.map(() => 39));
  });

  test('tells which rare situations it has not met, apart from those that no scenario has', () => {
    expect(neverMet(whole)).toEqual([]);
    const probes = { ...whole.probes, redelivery: 0, purged: 0, 'put-twice': 0, 'handed-back': 0 };
    expect(neverMet({ ...whole, probes })).toEqual(['redelivery', 'put-twice', 'handed-back']);
    expect(neverMet({ ...whole, probes }, new Set(['sqs']))).toEqual(['redelivery']);
    expect(neverMet({ ...whole, probes }, new Set(['sqs', 'mq']))).toEqual(['redelivery', 'handed-back']);
  });

  test('comes out the same from parts, in whatever order they come back', () => {
    const part = (from: number, to: number) => tryRange(space, play, { seed: 'a', from, to });
    expect(mergeTried([part(25, 40), part(0, 3), part(3, 25)])).toEqual(whole);
  });

  test('ends with the first that breaks where that is all that is wanted, and when its time is over', () => {
    expect(tryRange(space, play, { seed: 'a', from: 0, to: 40, first: true }).runs).toBe(3);
    let left = 6;
    expect(tryRange(space, play, { seed: 'a', from: 0, to: 40, isOver: () => --left === 0 }).runs).toBe(6);
  });
});

describe('a trial', () => {
  const play = playWith({ readText });

  test('tells what broke, but not what was expected to', () => {
    const document = parse(ORDERS) as Document;
    const one = {
      ...document,
      warmup: '0s',
      horizon: '20s',
      designs: { parallel: mapAt(document, 'designs', 'parallel') },
    };
    const quiet = { ...one, faults: [], objectives: [] };
    expect(
      play({ ...quiet, guarantees: [] })?.breaches.map(({ guarantee, resource }) => `${guarantee} of ${resource}`),
    ).toEqual(['order of crew']);
    expect(play(quiet)?.breaches).toEqual([]);
  });

  test('is none where the document is no scenario, or where it never comes to an end', () => {
    expect(play({ seed: 1 })).toBeNull();
    const endless = {
      seed: 1,
      horizon: '1h',
      traffic: { t: { rate: '1000/s' } },
      designs: { d: { traffic: { t: 's' }, resources: { s: { type: 'service', serviceTime: '1ms' } } } },
    };
    expect(play(endless)).toBeNull();
  });

  test('in which the run itself fails is a find of its own', () => {
    const run = (): never => {
      throw new Error('impossible');
    };
    const broken = playWith({ readText, run })(candidate(systems({ messages: 5 }), 'a', 0));
    expect(broken?.breaches).toMatchObject([{ guarantee: 'sound run', resource: '*' }]);
    expect(broken?.breaches[0]?.sentence).toContain('impossible');
  });
});
