/** Handlers that hand on: from a broker to a queue, to a broker, to a topic. Work is done where the message goes on, and nothing is lost or held at the bridge. */
import { describe, expect, test } from 'vitest';
import { assembleResult, type ReplicationOutcome, runReplication } from '../../src/experiment/index.ts';
import { History } from '../../src/history/index.ts';
import { resolve } from '../support/street.ts';

const CALL = 'timeout: 2s';
const WORK = 'handler: { time: 20ms }';

interface Design {
  readonly entry: string;
  /** The last places, where requests are done. */
  readonly workers: readonly string[];
  readonly resources: (call: string) => string;
}

const queue = (name: string): string => `      ${name}: { type: sqs, visibilityTimeout: 30s }\n`;
/** Classic queues: a quorum queue gives a message up after twenty deliveries. */
const broker = (name: string, engine: string): string =>
  `      ${name}: { type: mq, engine: ${engine}, queues: [{ name: q, kind: classic }] }\n`;
const workers = (name: string, source: string): string =>
  `      ${name}: { type: consumer, source: ${source}, instances: 4, ${WORK} }\n`;
const bridge = (source: string, to: string, call: string, more = 'prefetch: 10, '): string =>
  `      bridge: { type: consumer, source: ${source}, ${more}concurrency: 10, restartDelay: 5s, handler: { calls: [ { to: ${to}, ${call} } ] } }\n`;
const pair = (call: string): string =>
  bridge('near', 'far', call) +
  '      far: { type: sns, subscriptions: [ { to: left }, { to: right } ] }\n' +
  queue('left') +
  queue('right') +
  workers('lefts', 'left') +
  workers('rights', 'right');

const DESIGNS: Readonly<Record<string, Design>> = {
  'RabbitMQ → SQS': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      broker('near', 'rabbitmq') + bridge('near', 'far', call) + queue('far') + workers('workers', 'far'),
  },
  'ActiveMQ → SQS': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      broker('near', 'activemq') + bridge('near', 'far', call) + queue('far') + workers('workers', 'far'),
  },
  'SQS → RabbitMQ': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      queue('near') + bridge('near', 'far', call, '') + broker('far', 'rabbitmq') + workers('workers', 'far'),
  },
  'SQS → ActiveMQ': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      queue('near') + bridge('near', 'far', call, '') + broker('far', 'activemq') + workers('workers', 'far'),
  },
  'ActiveMQ → RabbitMQ': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      broker('near', 'activemq') + bridge('near', 'far', call) + broker('far', 'rabbitmq') + workers('workers', 'far'),
  },
  'RabbitMQ → SNS → two queues': {
    entry: 'near',
    workers: ['lefts', 'rights'],
    resources: (call) => broker('near', 'rabbitmq') + pair(call),
  },
  // What is handed on is itself a delivery, of a topic of the broker's.
  'a topic of RabbitMQ → SNS → two queues': {
    entry: 'near',
    workers: ['lefts', 'rights', 'others'],
    resources: (call) =>
      `      near: { type: mq, engine: rabbitmq, queues: [{ name: q }, { name: r }], topics: [{ name: x, queues: [q, r] }], publish: { to: x } }\n` +
      `      others: { type: consumer, source: near, queue: r, prefetch: 10, ${WORK} }\n` +
      pair(call),
  },
  'MQTT → SNS → two queues': {
    entry: 'near',
    workers: ['lefts', 'rights'],
    resources: (call) =>
      '      near: { type: mq, engine: activemq, queues: [{ name: q }], publish: { protocol: mqtt, to: plant } }\n' +
      pair(call).replace('prefetch: 10, ', 'protocol: mqtt, queue: plant, '),
  },
  'Kinesis → SQS': {
    entry: 'near',
    workers: ['workers'],
    resources: (call) =>
      '      near: { type: kinesis, shards: 2 }\n' +
      bridge('near', 'far', call, '').replace('concurrency: 10, ', 'retryDelay: 1s, ') +
      queue('far') +
      workers('workers', 'far'),
  },
};

/** Eight a second for a minute; whatever the faults are, there are four minutes before the horizon, and more after it. */
function scenario({ entry, resources }: Design, faults: string, call = CALL): string {
  return `
seed: 6
horizon: 5m
drain: 20m
traffic: { t: { rate: 8/s, key: { uniform: { keys: 50 } }, changes: [ { at: 1m, rate: 0/s } ] } }
designs:
  d:
    traffic: { t: ${entry} }
    resources:
${resources(call)}
${faults === '' ? '' : `faults: [ ${faults} ]`}
`;
}

function run(design: Design, faults = '', call = CALL): { outcome: ReplicationOutcome; history: History } {
  const history = new History();
  return { outcome: runReplication(resolve(scenario(design, faults, call)), 'd', 0, { history }), history };
}

const named = (name: string): Design => DESIGNS[name] as Design;
const traffic = ({ traffic: [only] }: ReplicationOutcome) => {
  if (only === undefined) throw new Error('no traffic');
  return only.outcome;
};
const sum = ({ resources }: ReplicationOutcome, resource: string, metric: string): number =>
  resources.find(({ name }) => name === resource)?.metrics.find(({ name }) => name === metric)?.sum ?? 0;
const most = ({ resources }: ReplicationOutcome, resource: string, metric: string): number =>
  resources.find(({ name }) => name === resource)?.metrics.find(({ name }) => name === metric)?.max ?? 0;

/** Records of a kind, by the request that they speak of: a delivery's is that of what it delivers. */
function times(history: History, client: string, what: string, is: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const record of history) {
    if (record.client !== client || record.do !== what || record.is !== is) continue;
    const request = record.entity as number;
    found.set(request, (found.get(request) ?? 0) + 1);
  }
  return found;
}

const broken = ({ judgement }: ReplicationOutcome): string[] =>
  (judgement?.findings ?? []).filter(({ verdict }) => verdict === 'broken').map((one) => JSON.stringify(one));

describe.each(Object.keys(DESIGNS))('%s', (name) => {
  const design = named(name);

  test('every request is done behind the bridge, once, and none at it', () => {
    const { outcome, history } = run(design);
    const { offered, completed, duplicates, lost, inSystem } = traffic(outcome);
    expect([completed, duplicates, lost, inSystem]).toEqual([offered, 0, 0, 0]);
    expect(offered).toBeGreaterThan(400);
    // Nothing is held at the bridge: the run is over at its horizon.
    expect(outcome.endUs).toBe(300_000_000);
    for (const one of design.workers) {
      expect([one, times(history, one, 'handle', 'ok').size]).toEqual([one, offered]);
    }
    expect(times(history, 'bridge', 'handle', 'ok').size).toBe(offered);
    expect(broken(outcome)).toEqual([]);
  });

  test('while those behind the bridge are down nothing is completed, however much it has handed on', () => {
    const far = design.workers.filter((one) => one !== 'others');
    const { outcome } = run(design, far.map((one) => `{ at: 0s, for: 90s, resource: ${one}, down: true }`).join(', '));
    const { offered, completed, series } = traffic(outcome);
    expect(completed).toBe(offered);
    const until = Math.floor(90_000_000 / resolve(scenario(design, '')).resolutionUs);
    expect(series.completed.slice(0, until).reduce((all, one) => all + one, 0)).toBe(0);
  });

  test('a bridge that crashes again and again loses nothing', () => {
    const faults = [10, 17, 24, 31, 38, 45].map((at) => `{ at: ${at}s, resource: bridge, crash: 100% }`).join(', ');
    const { outcome } = run(design, faults);
    const { offered, completed, lost } = traffic(outcome);
    expect([completed, lost]).toEqual([offered, 0]);
    expect(broken(outcome)).toEqual([]);
  });
});

describe('a bridge that crashes between its call and its acknowledgement', () => {
  test.each([
    ['RabbitMQ → SQS', 'lose: { replies: 20% }'],
    ['ActiveMQ → SQS', 'lose: { replies: 20% }'],
    ['ActiveMQ → RabbitMQ', 'unreachable: 5%'],
  ])('%s: repeats the call', (name, trouble) => {
    const faults = [20, 30, 40].map((at) => `{ at: ${at}s, resource: bridge, crash: 100% }`).join(', ');
    const { outcome, history } = run(named(name), `{ at: 5s, for: 50s, link: [bridge, far], ${trouble} }, ${faults}`);
    const { offered, completed, lost, duplicates } = traffic(outcome);
    expect([completed, lost]).toEqual([offered, 0]);
    // Where an answer was lost, or the bridge died before it heard it, the far side has the message twice.
    expect(duplicates).toBeGreaterThan(0);
    expect([...times(history, 'workers', 'handle', 'ok').values()].some((count) => count > 1)).toBe(true);
    expect(sum(outcome, 'bridge', 'MessagesRedelivered')).toBeGreaterThan(0);
  });
});

describe('a far side that is down', () => {
  const DOWN = '{ at: 20s, for: 30s, resource: far, down: true }';

  test('lets messages pile up before the bridge, and RabbitMQ gives them again and again until it is back', () => {
    const { outcome } = run(
      named('RabbitMQ → SQS'),
      DOWN,
      `${CALL}, retry: { attempts: 3, backoff: { base: 200ms, cap: 2s } }`,
    );
    const { offered, completed, lost } = traffic(outcome);
    expect([completed, lost]).toEqual([offered, 0]);
    // 30 s of it, less what is in hand.
    expect(most(outcome, 'near', 'MessageCount')).toBeGreaterThan(200);
    expect(most(outcome, 'near', 'MessageUnacknowledgedCount')).toBe(10);
    expect(sum(outcome, 'bridge', 'HandlerFailures')).toBeGreaterThan(100);
    expect(broken(outcome)).toEqual([]);
  });

  test('drives what ActiveMQ has redelivered six times to its dead letters, unless the bridge itself tries for longer', () => {
    const hasty = traffic(run(named('ActiveMQ → SQS'), DOWN).outcome);
    expect(hasty.deadLettered).toBeGreaterThan(0);
    expect(hasty.completed + hasty.deadLettered).toBe(hasty.offered);
    const patient = traffic(
      run(named('ActiveMQ → SQS'), DOWN, `${CALL}, retry: { attempts: 100, backoff: { base: 500ms, cap: 2s } }`)
        .outcome,
    );
    expect([patient.completed, patient.deadLettered]).toEqual([patient.offered, 0]);
  });

  test.each(['SQS → RabbitMQ', 'SQS → ActiveMQ'])('%s: piles up in the queue until the broker is back', (name) => {
    const { outcome } = run(named(name), DOWN, 'timeout: 10s');
    const { offered, completed, lost } = traffic(outcome);
    expect([completed, lost]).toEqual([offered, 0]);
    expect(most(outcome, 'near', 'ApproximateNumberOfMessagesVisible')).toBeGreaterThan(150);
    expect(broken(outcome)).toEqual([]);
  });

  test('holds up a bridge that waits for ever, once a request has been lost on the way', () => {
    const cut = '{ at: 20s, for: 20s, link: [bridge, far], unreachable: 100% }';
    const design = named('RabbitMQ → SQS');
    const endless = traffic(run(design, cut, 'retry: none').outcome);
    expect(endless.completed).toBeLessThan(endless.offered / 2);
    const bounded = traffic(run(design, cut).outcome);
    expect([bounded.completed, bounded.lost]).toEqual([bounded.offered, 0]);
  });
});

test('of the sessions of a consumer of ActiveMQ, all are lost with their connection: each message is handled, and acknowledged by whoever did so', () => {
  const { outcome } = run(named('ActiveMQ → SQS'), '{ at: 10s, for: 50s, link: [bridge, near], unreachable: 2% }');
  const { offered, completed, lost } = traffic(outcome);
  expect([completed, lost, outcome.endUs]).toEqual([offered, 0, 300_000_000]);
});

describe('the result of a bridge', () => {
  test('adds up: what was offered is completed, dead, lost or rejected, and so are the deliveries of each subscription', () => {
    const text = scenario(
      named('a topic of RabbitMQ → SNS → two queues'),
      '{ at: 20s, for: 20s, resource: far, errors: 30% }, { at: 40s, resource: bridge, crash: 100% }',
    );
    const resolved = { ...resolve(text), replications: 1 };
    const outcome = runReplication(resolved, 'd', 0);
    const { offered, completed, rejected, lost, deadLettered, expired, inSystem } = traffic(outcome);
    expect(completed + rejected + lost + deadLettered + expired + inSystem).toBe(offered);
    for (const { to, outcome: of } of outcome.subscriptions ?? []) {
      expect([to, of.offered, of.completed]).toEqual([to, offered, offered]);
    }
    expect(() => assembleResult(resolved, new Map([['d', [outcome]]]))).not.toThrow();
  });
});
