import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place } from './bin.ts';

/** Two mistakes, each found at once: a batch of a FIFO queue worked on in parallel, and whoever expects to do things once. */
const SHOP = `
title: A shop
seed: 1
horizon: 10m
traffic: { orders: { rate: 20/s, key: { uniform: { keys: 100 } } } }
designs:
  careful:
    traffic: { orders: inbox }
    resources:
      inbox: { type: sqs, fifo: true, visibilityTimeout: 30s }
      workers: { type: consumer, source: inbox, instances: 4, batchSize: 1, handler: { time: 5ms } }
  parallel:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 30s }
      crew: { type: consumer, source: orders, concurrency: 5, handler: { time: { exponential: { mean: 100ms } } } }
`;

const place = new Place();
beforeAll(() => place.write('shop.yaml', SHOP));
afterAll(() => place.remove());

describe('spillway check', () => {
  test('finds what breaks, prints it with its story, writes it, and what it wrote breaks again: on any number of threads', () => {
    const arguments_ = ['check', 'shop.yaml', '--runs', '60', '--messages', '100'];
    const one = place.spillway([...arguments_, '--threads', '1', '--out', 'one']);
    expect([one.code, one.err]).toEqual([1, '']);
    expect(one.out).toContain('shop: 60 runs, ');
    expect(one.out).toContain('order of crew in parallel is broken: A message had its effect before an older');
    expect(one.out).toContain('How it came about: order of crew in parallel is broken (> proves it)');
    expect(one.out).toContain('Repeat it: spillway run one/broken/order-of-crew-in-parallel.yaml');
    const two = place.spillway([...arguments_, '--threads', '2', '--out', 'two']);
    expect(two.out.replaceAll('two/', 'one/')).toBe(one.out);
    const file = place.read('one/broken/order-of-crew-in-parallel.yaml');
    expect(place.read('two/broken/order-of-crew-in-parallel.yaml')).toBe(file);
    expect(place.files().filter((name) => name.startsWith('one'))).toEqual([
      'one/broken/order-of-crew-in-parallel.yaml',
    ]);
    const again = place.spillway(['run', 'one/broken/order-of-crew-in-parallel.yaml', '--format', 'json']);
    expect(again.code).toBe(1);
    expect(again.out).toContain('order of crew');
  });

  test('ends with 0 where nothing broke, and writes nothing', () => {
    const { code, out } = place.spillway([
      'check',
      'shop.yaml',
      '--design',
      'careful',
      '--runs',
      '30',
      '--messages',
      '50',
      '--out',
      'none',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('nothing broke.');
    expect(out).toContain('No run met: ');
    expect(place.files().filter((name) => name.startsWith('none'))).toEqual([]);
  });

  test('keeps what breaks in two designs apart', () => {
    const wide = SHOP.replace('parallel:', 'wide:')
      .replace('careful:', 'narrow:')
      .replace(
        'traffic: { orders: inbox }\n    resources:\n      inbox:',
        'traffic: { orders: orders }\n    resources:\n      orders:',
      );
    place.write(
      'two.yaml',
      wide.replace(
        /workers: .*/,
        'crew: { type: consumer, source: orders, concurrency: 5, handler: { time: { exponential: { mean: 1s } } } }',
      ),
    );
    const { code, out } = place.spillway([
      'check',
      'two.yaml',
      '--runs',
      '50',
      '--messages',
      '50',
      '--out',
      'two-designs',
    ]);
    expect(code).toBe(1);
    const files = ['order-of-crew-in-narrow.yaml', 'order-of-crew-in-wide.yaml'].map(
      (name) => `two-designs/broken/${name}`,
    );
    expect(place.files().filter((name) => name.startsWith('two-designs'))).toEqual(files);
    for (const file of files) expect(out).toContain(`Repeat it: spillway run ${file}`);
  });

  test('refuses two scenarios whose finds would be written to one folder', () => {
    place.write('elsewhere/shop.yaml', SHOP);
    const { code, err } = place.spillway(['check', 'shop.yaml', 'elsewhere/shop.yaml', '--runs', '1']);
    expect(code).toBe(2);
    expect(err).toContain('elsewhere/shop.yaml and shop.yaml would both be written to out/shop');
  });

  test('gives programs one line a scenario, the counterexample and its story in it', () => {
    const { code, out } = place.spillway([
      'check',
      'shop.yaml',
      '--runs',
      '40',
      '--messages',
      '50',
      '--json',
      '--out',
      'json',
    ]);
    expect(code).toBe(1);
    const told = JSON.parse(out) as Record<string, unknown> & { broken: Record<string, unknown>[] };
    expect(told).toMatchObject({ schema: 'spillway/check@1', scenario: 'shop', seed: '1', runs: 40, skipped: 0 });
    expect(told.broken).toMatchObject([
      { guarantee: 'order', resource: 'crew', design: 'parallel', file: 'json/broken/order-of-crew-in-parallel.yaml' },
    ]);
    expect(told.broken[0]?.['scenario']).toMatchObject({ designs: { parallel: {} } });
    expect(told.broken[0]?.['story']).toContainEqual(
      expect.stringMatching(/^At .* s.*: crew #\d finished its work on request/),
    );
  });

  test('tries random systems where no scenario is given, and stops when its time is over', () => {
    const { code, out } = place.spillway(['check', '--runs', '100000', '--messages', '20', '--time', '1s']);
    expect(code).toBe(0);
    expect(out).toMatch(/^random-systems: [\d,]+ runs, /);
  });

  test.each([
    ['check nothing.yaml', 'nothing.yaml'],
    ['check shop.yaml --runs 0', '--runs 0 → expected a whole number from 1'],
    ['check shop.yaml --messages many', '--messages many → expected a whole number'],
    ['check shop.yaml --time 5', '--time 5 → expected a time such as 30s, 5m or 2h'],
    [
      'check shop.yaml --design other',
      '--design other → shop.yaml has no such design; expected one of careful, parallel',
    ],
    ['check --history log.ndjson', '--history → expected one scenario'],
    ['check shop.yaml --history log.ndjson --runs 5', '--history and --runs → expected only one of them'],
  ])('refuses %s', (line, says) => {
    const { code, out, err } = place.spillway(line.split(' '));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });
});
