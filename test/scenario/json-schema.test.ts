import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ErrorObject } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, parse as parseYaml, parseDocument, stringify, visit } from 'yaml';
import { scenarioJsonSchema } from '../../src/scenario/index.ts';
import { scenarios } from '../properties/scenarios.ts';
import { BASE, changed, errorsOf, parse } from './base.ts';
import { type Node, offeredAt, propertiesOf } from './editor.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const SCHEMA: Node = scenarioJsonSchema();
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
const validate = ajv.compile(SCHEMA);

const readText = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');

/** Where the schema finds something wrong, as our errors name it: the places that each of its errors may be about. */
function refusals(text: string): readonly (readonly string[])[] {
  validate(parseYaml(text));
  return (validate.errors ?? []).map(placesOf);
}

function placesOf({ instancePath, keyword, params }: ErrorObject): readonly string[] {
  const at = instancePath.split('/').slice(1);
  const below = (...keys: readonly unknown[]): string[] => keys.map((key) => [...at, String(key)].join('.'));
  if (keyword === 'additionalProperties') return below(params['additionalProperty']);
  if (keyword === 'propertyNames') return below(params['propertyName']);
  if (keyword === 'required') return [...below(params['missingProperty']), at.join('.')];
  // Told of the key that needs another one, or of the one that it needs.
  if (keyword === 'dependencies') return below(params['property'], params['missingProperty']);
  return [at.join('.')];
}

function onTheWay(a: string, b: string): boolean {
  return a === '' || b === '' || `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);
}

describe('the JSON Schema', () => {
  test('that editors read is the one that the command prints (else: npm run schema)', () => {
    expect(JSON.parse(readText('schema/scenario.json'))).toEqual(JSON.parse(JSON.stringify(SCHEMA)));
  });

  test.each(FILES)('takes %s, which names it in its first line', (file) => {
    const text = readText(file);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=schema/scenario.json');
    expect(refusals(text)).toEqual([]);
  });

  test('takes the base scenario of the tests', () => {
    expect(refusals(BASE)).toEqual([]);
  });

  test('takes every scenario that the reader takes', () => {
    fc.assert(
      fc.property(scenarios, (raw) => {
        // As YAML and back: what is undefined is not there.
        expect(refusals(stringify(raw))).toEqual([]);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  test('says of every key what it is', () => {
    const silent = propertiesOf(SCHEMA).filter(({ schema }) => typeof schema['description'] !== 'string');
    expect(silent.map(({ path }) => path)).toEqual([]);
    expect(propertiesOf(SCHEMA).length).toBeGreaterThan(150);
  });
});

/** What is written and what stands there instead: both the schema and the reader refuse it, at this place. */
const BROKEN: readonly (readonly [from: string, to: string, path: string])[] = [
  // unknown keys, at every level
  ['title: Base', 'titel: Base', 'titel'],
  ['    timeout: 3s', '    timeot: 3s', 'traffic.orders.timeot'],
  ['{ at: 5m, for: 2m, rate: 2000/s }', '{ at: 5m, for: 2m, rate: 2000/s, to: 3 }', 'traffic.orders.changes.0.to'],
  ['file: clicks.csv', 'file: clicks.csv, row: 1', 'traffic.clicks.trace.row'],
  ['jitter: full', 'jitters: full', 'traffic.orders.retry.backoff.jitters'],
  ['{ attempts: 3,', '{ attempts: 3, tries: 3,', 'traffic.orders.retry.tries'],
  ['servers: 40', 'server: 40', 'resources.db.server'],
  ['servers: 200', 'instances: 200', 'designs.sync.resources.api.instances'],
  ['timeout: 1s, retry: none', 'timeout: 1s, retries: 3', 'designs.sync.resources.api.calls.0.retries'],
  ['visibilityTimeout: 30s', 'visibility: 30s', 'designs.queued.resources.orders.visibility'],
  ['{ maxReceiveCount: 5,', '{ maxReceives: 5,', 'designs.queued.resources.orders.redrive.maxReceives'],
  ['batchSize: 10', 'batch: 10', 'designs.queued.resources.workers.batch'],
  ['handler: { time: 5ms', 'handler: { timeout: 5ms', 'designs.queued.resources.workers.handler.timeout'],
  ['  sync:\n    traffic', '  sync:\n    name: x\n    traffic', 'designs.sync.name'],
  ['resource: db, slow', 'resource: db, slower: 2x, slow', 'faults.0.slower'],
  ['design: queued }', 'desing: queued }', 'objectives.1.desing'],
  ['{ lognormal: {', '{ lognormale: {', 'resources.db.serviceTime.lognormale'],
  ['cv: 0.5', 'sd: 0.5', 'resources.db.serviceTime.lognormal.sd'],
  // something missing
  ['seed: 1\n', '', 'seed'],
  ['horizon: 30m\n', '', 'horizon'],
  ['        serviceTime: 5ms\n', '', 'designs.sync.resources.api.serviceTime'],
  ['{ to: db, timeout: 1s,', '{ timeout: 1s,', 'designs.sync.resources.api.calls.0.to'],
  ['        source: orders\n', '', 'designs.queued.resources.workers.source'],
  ['dlq: { type: sqs }', 'dlq: { waitTime: 5s }', 'designs.queued.resources.dlq.type'],
  ['    traffic: { orders: api, clicks: api }\n', '', 'designs.sync.traffic'],
  ['{ at: 12m, for: 3m,', '{ for: 3m,', 'faults.0.at'],
  ['{ attempts: 3, backoff', '{ backoff', 'traffic.orders.retry.attempts'],
  // units
  ['rate: 200/s', 'rate: 200', 'traffic.orders.rate'],
  ['rate: 200/s', 'rate: -200/s', 'traffic.orders.rate'],
  ['rate: 200/s', 'rate: 200 per second', 'traffic.orders.rate'],
  ['horizon: 30m', 'horizon: 30', 'horizon'],
  ['horizon: 30m', 'horizon: 30min', 'horizon'],
  ['    timeout: 3s', '    timeout: 3s1h', 'traffic.orders.timeout'],
  ['    timeout: 3s', '    timeout: 0s', 'traffic.orders.timeout'],
  ['size: 2KiB', 'size: 2048', 'traffic.orders.size'],
  ['size: 2KiB', 'size: 2K', 'traffic.orders.size'],
  ['slow: 5x', 'slow: 5', 'faults.0.slow'],
  ['crash: 50%', 'crash: 50', 'faults.1.crash'],
  ['crash: 50%', 'crash: 150%', 'faults.1.crash'],
  ['mean: 80ms', 'mean: 80', 'resources.db.serviceTime.lognormal.mean'],
  // types and ranges
  ['replications: 4', 'replications: four', 'replications'],
  ['replications: 4', 'replications: 2.5', 'replications'],
  ['replications: 4', 'replications: 0', 'replications'],
  ['seed: 1\n', 'seed: [1]\n', 'seed'],
  ['arrivals: poisson', 'arrivals: [poisson]', 'traffic.orders.arrivals'],
  ['rate: 200/s', 'rate: { weekly: 1 }', 'traffic.orders.rate.weekly'],
  ['servers: 200', 'servers: 0', 'designs.sync.resources.api.servers'],
  ['servers: 200', 'servers: "200"', 'designs.sync.resources.api.servers'],
  ['zones: [a, b]', 'zones: a', 'resources.db.zones'],
  ['batchSize: 10', 'batchSize: 11', 'designs.queued.resources.workers.batchSize'],
  ['cv: 0.5', 'cv: -1', 'resources.db.serviceTime.lognormal.cv'],
  ['traffic: { orders: api, clicks: api }', 'traffic: { orders: [api], clicks: api }', 'designs.sync.traffic.orders'],
  ['dlq: { type: sqs }', 'dlq: sqs', 'designs.queued.resources.dlq'],
  // words
  ['arrivals: poisson', 'arrivals: poison', 'traffic.orders.arrivals'],
  ['jitter: full', 'jitter: some', 'traffic.orders.retry.backoff.jitter'],
  ['retry: none', 'retry: never', 'designs.sync.resources.api.calls.0.retry'],
  ['dlq: { type: sqs }', 'dlq: { type: queue }', 'designs.queued.resources.dlq.type'],
  ['servers: 40', 'servers: 40, balance: leastconn', 'resources.db.balance'],
  // names
  ['  orders:\n    rate', '  9orders:\n    rate', 'traffic.9orders'],
  ['  sync:\n', '  the sync:\n', 'designs.the sync'],
  ['dlq: { type: sqs }', 'd.l.q: { type: sqs }', 'designs.queued.resources.d.l.q'],
  ['dlq: { type: sqs }', 'constructor: { type: sqs }', 'designs.queued.resources.constructor'],
  // keys that go together, or do not
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, for: 5m }', 'traffic.orders.changes.1'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, ramp: 400/s }', 'traffic.orders.changes.1.for'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, rate: 4/s, back: true }', 'traffic.orders.changes.1.back'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, rate: 4/s, burst: 9 }', 'traffic.orders.changes.1'],
  ['    rate: 200/s\n', '    rate: 200/s\n    users: 5\n    think: 1s\n', 'traffic.orders'],
  ['    timeout: 3s', '    think: 3s', 'traffic.orders.think'],
  ['{ mean: 80ms, cv: 0.5 }', '{ mean: 80ms }', 'resources.db.serviceTime.lognormal'],
  ['{ mean: 80ms, cv: 0.5 }', '{ mean: 80ms, p50: 70ms }', 'resources.db.serviceTime.lognormal'],
  ['{ lognormal: { mean: 80ms, cv: 0.5 } }', '{}', 'resources.db.serviceTime'],
  ['resource: db, slow', 'slow', 'faults.0'],
  ['resource: db, slow: 5x', 'resource: db', 'faults.0'],
  // objectives
  ['  - completion.p99 of orders < 2s', '  - completion.p98 of orders < 2s', 'objectives.0'],
  ['  - completion.p99 of orders < 2s', '  - completion.p99 of orders < 2', 'objectives.0'],
  ['  - completion.p99 of orders < 2s', '  - latency.p99 of orders < 2s', 'objectives.0'],
  ['  - completion.p99 of orders < 2s', '  - completion.p99 of orders = 2s', 'objectives.0'],
  ['{ that: lost of orders == 0,', '{ that: lost.share of orders == 0/s,', 'objectives.1.that'],
  ['{ that: lost of orders == 0,', '{ that: metrics.Queue.max of resource db < 9,', 'objectives.1.that'],
];

/** What a schema cannot know: right as far as each place goes, wrong together. Only the reader tells. */
const FOR_THE_READER: readonly (readonly [from: string, to: string, code: string])[] = [
  // references
  ['traffic: { orders: api, clicks: api }', 'traffic: { orders: apj, clicks: api }', 'unknown-reference'],
  ['traffic: { orders: api, clicks: api }', 'traffic: { orders: api }', 'not-routed'],
  ['{ to: db, timeout: 1s,', '{ to: bd, timeout: 1s,', 'unknown-reference'],
  ['        source: orders', '        source: db', 'wrong-reference'],
  ['deadLetterQueue: dlq', 'deadLetterQueue: orders', 'wrong-reference'],
  ['resource: db, slow', 'resource: bd, slow', 'unknown-reference'],
  ['of orders < 2s', 'of order < 2s', 'unknown-reference'],
  ['file: clicks.csv', 'file: click.csv', 'no-file'],
  // a fault that cannot happen to its target
  ['resource: workers, crash: 50%', 'resource: db, crash: 50%', 'misfit'],
  // cycles, and the same name twice
  ['{ to: db, timeout: 1s,', '{ to: api, timeout: 1s,', 'cycle'],
  ['dlq: { type: sqs }', 'dlq: { type: sqs }\n      db: { type: sqs }', 'duplicate-name'],
  // one setting against another
  ['horizon: 30m\n', 'horizon: 30m\nwarmup: 1h\n', 'out-of-range'],
  ['{ base: 100ms, cap: 2s,', '{ base: 3s, cap: 2s,', 'out-of-range'],
  // AWS's limits of durations and sizes, and what a unit cannot say
  ['visibilityTimeout: 30s', 'visibilityTimeout: 13h', 'out-of-range'],
  ['visibilityTimeout: 30s', 'visibilityTimeout: 1.5s', 'out-of-range'],
  ['    timeout: 3s', '    timeout: 0.5us', 'out-of-range'],
  ['horizon: 30m', 'horizon: 101000000h', 'out-of-range'],
  ['rate: 200/s', 'rate: 2M/s', 'out-of-range'],
];

describe('broken scenarios', () => {
  test.each(BROKEN)('%j → %j is refused by the schema and by the reader at %s', (from, to, path) => {
    const text = changed(from, to);
    const told = errorsOf(text);
    expect(told.map((error) => error.path)).toContain(path);
    const found = refusals(text);
    expect(found.flat()).toContain(path);
    // And nothing else is: every error may be about something on the way to the mistake.
    const elsewhere = found.filter((places) => !told.some(({ path: at }) => places.some((one) => onTheWay(one, at))));
    expect(elsewhere).toEqual([]);
  });

  test.each(FOR_THE_READER)('%j → %j is for the reader alone: %s', (from, to, code) => {
    const text = changed(from, to);
    expect(refusals(text)).toEqual([]);
    expect(errorsOf(text).map((error) => error.code)).toContain(code);
  });
});

type Path = readonly (string | number)[];

/** Every map of a document by its path. */
function mapsOf(text: string): readonly Path[] {
  const document = parseDocument(text);
  const paths: (string | number)[][] = [];
  visit(document, {
    Map(_key, _map, ancestors) {
      const path: (string | number)[] = [];
      ancestors.forEach((one, i) => {
        const next = ancestors[i + 1] ?? _map;
        if (typeof one === 'object' && one !== null && 'key' in one && isScalar(one.key))
          path.push(String(one.key.value));
        else if (typeof one === 'object' && one !== null && 'items' in one && !isMap(one)) {
          path.push([...(one.items as readonly unknown[])].indexOf(next));
        }
      });
      paths.push(path);
    },
  });
  return paths;
}

/** The scenario with a key more at each of the paths. */
function withKey(text: string, paths: readonly Path[], key: string, value: unknown): string {
  const document = parseDocument(text);
  for (const path of paths) document.setIn([...path, key], document.createNode(value));
  return document.toString();
}

const files = (file: string): { readText: (path: string) => string } | object => (file === '' ? {} : { readText });
const ALL: readonly (readonly [string, string])[] = [
  ['', BASE],
  ...FILES.map((file) => [file, readText(file)] as const),
];

describe('an editor', () => {
  test.each(ALL)('completes in %s every key that the reader knows, and no other', (file, text) => {
    const paths = mapsOf(text);
    const told = errorsOf(withKey(text, paths, 'zz', 1), files(file)).filter(({ code }) => code === 'unknown-key');
    let closed = 0;
    for (const path of paths) {
      const offered = offeredAt(SCHEMA, parseYaml(text), path);
      const error = told.find((one) => one.path === [...path, 'zz'].join('.'));
      // A map by name: any name will do.
      if (error !== undefined) closed++;
      const known = error === undefined ? [] : error.expected.replace('one of ', '').split(', ');
      expect(offered.toSorted(), path.join('.')).toEqual(known.toSorted());
    }
    expect(closed).toBeGreaterThan(8);
  });

  /** Every kind of settings, with as little as each may have. */
  const PROBES = `
seed: 1
horizon: 30m
precision: { within: 2% }
prices: {}
aws: { kms: {} }
traffic:
  t: { rate: 1/s, role: { vpcEndpoint: {} }, hedge: { after: 1s }, bulkhead: { concurrent: 9 }, changes: [{ at: 1m, for: 1m, ramp: 2/s }], retry: { attempts: 3, backoff: {}, budget: { capacity: 3 } }, breaker: {} }
  y: { rate: 1/s, key: a }
  k: { rate: 1/s, attributes: { a: { choice: { x: 1 } } } }
  r: { trace: { file: counts.csv, time: at, count: n, every: 1m } }
  o: { rate: 1/s, key: a, producer: { kpl: {} } }
  h: { rate: 1/s, key: a, retry: none, producer: { agent: {} } }
designs:
  d:
    traffic: { t: s, y: x, k: n, r: s, o: x, h: x }
    resources:
      s: { type: service, serviceTime: 1ms, calls: [{ to: u, hedge: { after: 1s }, bulkhead: { concurrent: 9 } }] }
      u: { type: service, serviceTime: 1ms, cache: { ttl: 1m } }
      v: { type: service, serviceTime: 1ms, autoscaling: { min: 1, max: 9, target: { metric: utilisation, value: 50% }, scaleOut: {}, scaleIn: {} } }
      w: { type: service, serviceTime: 1ms, autoscaling: { min: 1, max: 9, steps: [{ above: 70%, add: 1 }] } }
      q: { type: sqs, redrive: { deadLetterQueue: p }, latency: {}, distribution: {}, encryption: { kms: {} } }
      p: { type: sqs, encryption: { client-side: {} } }
      n: { type: sns, latency: {}, encryption: { kms: {} }, subscriptions: [{ to: q }, { to: u, deliveryPolicy: {} }] }
      x: { type: kinesis, latency: {}, reshard: [{ at: 1m, shards: 2 }] }
      y: { type: kinesis }
      an: { type: analytics, source: y, window: { tumbling: 1m }, watermark: {}, checkpoints: {}, sink: { to: z } }
      cams: { type: video }
      i: { type: consumer, source: x, handler: {} }
      j: { type: consumer, source: x, reader: kcl, handler: {} }
      m: { type: lambda, source: x, handler: {} }
      z: { type: sink }
      mr: { type: mq, engine: rabbitmq, queues: [{ name: q }], publish: {}, reconnect: {} }
      mt: { type: mq, engine: activemq, publish: { protocol: mqtt, to: t } }
      mw: { type: consumer, source: mr, handler: {} }
      ms: { type: consumer, source: mt, protocol: mqtt, handler: {} }
      g: { type: firehose, transform: {}, partitioning: {}, latency: {} }
      h: { type: firehose, conversion: {} }
      c: { type: consumer, source: q, role: { vpcEndpoint: {} }, deletes: perBatch, handler: { calls: [{ to: u, hedge: { after: 1s }, bulkhead: { concurrent: 9 } }] } }
      e: { type: consumer, source: q, handler: {}, autoscaling: { min: 1, max: 9, target: { metric: utilisation, value: 50% }, scaleOut: {}, scaleIn: {} } }
      l: { type: lambda, source: q, role: { vpcEndpoint: {} }, provisioned: {}, handler: { calls: [{ to: u, hedge: { after: 1s }, bulkhead: { concurrent: 9 } }] } }
      f: { type: consumer, source: q, handler: {}, autoscaling: { min: 1, max: 9, steps: [{ above: 70%, add: 1 }] } }
objectives: [{ that: lost of t == 0 }]
guarantees: [{ that: order of q }]
`;

  test('shows the defaults that the reader takes', () => {
    const before = withoutAssumptions(parse(PROBES));
    const probes: unknown = parseYaml(PROBES);
    const wrong: string[] = [];
    const tried = new Set<string>();
    for (const path of mapsOf(PROBES)) {
      const here = path.reduce((value: unknown, step) => (value as Record<string | number, unknown>)[step], probes);
      for (const key of offeredAt(SCHEMA, probes, path)) {
        const schema = offeredAt.schemaOf(SCHEMA, probes, path, key);
        const preset = schema['default'];
        if (preset === undefined || Object.hasOwn(here as object, key)) continue;
        const text = withKey(PROBES, [path], key, preset);
        const outcome = parse(text);
        // Without its neighbour it has no meaning here.
        if (!outcome.ok && outcome.errors.some(({ code }) => code === 'misfit')) continue;
        tried.add(JSON.stringify(schema));
        const after = withoutAssumptions(outcome);
        if (after !== before)
          wrong.push(`${[...path, key].join('.')}: ${JSON.stringify(preset)} ${after.slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
    const untried = propertiesOf(SCHEMA).filter(
      ({ schema }) => 'default' in schema && !tried.has(JSON.stringify(schema)),
    );
    expect(
      untried.map(({ path }) => path),
      'defaults that PROBES does not try',
    ).toEqual([]);
  });
});

function withoutAssumptions(outcome: ReturnType<typeof parse>): string {
  if (!outcome.ok) return outcome.errors.map((error) => error.message).join('\n');
  return JSON.stringify({ ...outcome.scenario, assumptions: [] });
}
