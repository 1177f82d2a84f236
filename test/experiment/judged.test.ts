/**
 * Topics, functions and dead letters that go back: what they promise is judged by a history that they do not write themselves, and a model with
 * one thing wrong breaks the right promise.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runReplication } from '../../src/experiment/index.ts';
import { type Mutation, mutant } from '../support/mutant.ts';
import { resolve } from '../support/street.ts';

type Run = { readonly runReplication: typeof runReplication };

/** A standard topic whose left queue refuses now and then, and a subscriber that takes nothing. */
const FAN_OUT = `
seed: 1
horizon: 60s
drain: 3h
resolution: 60s
replications: 1
traffic:
  t: { rate: 10/s, attributes: { kind: { choice: { a: 0.5, b: 0.5 } } } }
resources:
  topic:
    type: sns
    subscriptions:
      - { to: all }
      - { to: some, filterPolicy: { kind: [a] } }
      - { to: hook, redrive: { deadLetterQueue: dead } }
      - { to: late, from: 20s, until: 40s }
  all: { type: sqs }
  some: { type: sqs }
  late: { type: sqs }
  dead: { type: sqs }
  hook: { type: service, servers: 1, serviceTime: 1ms }
  alls: { type: consumer, source: all, instances: 4, handler: { time: 5ms } }
  somes: { type: consumer, source: some, instances: 4, handler: { time: 5ms } }
designs: { d: { traffic: { t: topic } } }
faults:
  - { at: 10s, for: 20s, link: [topic, all], unreachable: 30% }
  - { at: 10s, for: 3m, resource: hook, down: true }
guarantees: [at-most-once of some]
`;
/** A FIFO topic with senders that do not hear every answer, some of whom ask again after six minutes, and queues that refuse now and then. */
const ORDERED = `
seed: 1
horizon: 60s
drain: 30m
resolution: 60s
replications: 1
traffic:
  t: { rate: 10/s, key: { uniform: { keys: 4 } }, duplicates: 20%, timeout: 2s, retry: { attempts: 4, backoff: { base: 100ms, cap: 1s } } }
  late: { rate: 1/s, key: { uniform: { keys: 4 } }, timeout: 2s, retry: { attempts: 3, backoff: { base: 6m, cap: 6m, jitter: none } } }
resources:
  topic: { type: sns, fifo: true, subscriptions: [{ to: one }, { to: two }] }
  one: { type: sqs, fifo: true }
  two: { type: sqs, fifo: true }
  ones: { type: consumer, source: one, instances: 4, handler: { time: 5ms } }
  twos: { type: lambda, source: two, timeout: 5s, handler: { time: 5ms } }
designs: { d: { traffic: { t: topic, late: topic } } }
faults:
  - { at: 0s, for: 60s, link: [t, topic], lose: { replies: 20% } }
  - { at: 0s, for: 60s, link: [late, topic], lose: { replies: 50% } }
  - { at: 10s, for: 30s, link: [topic, one], unreachable: 30% }
`;
/** A queue read by a function whose handler fails on one item in five, and says on which. */
const FUNCTION = (fifo: boolean): string => `
seed: 1
horizon: 60s
drain: 1h
resolution: 60s
replications: 1
traffic: { t: { rate: 10/s${fifo ? ', key: { uniform: { keys: 5 } }, duplicates: 10%' : ''} } }
resources:
  inbox: { type: sqs, fifo: ${fifo}, visibilityTimeout: 20s, redrive: { maxReceiveCount: 4, deadLetterQueue: dead } }
  dead: { type: sqs, fifo: ${fifo} }
  writer: { type: lambda, source: inbox, timeout: 3s, batchSize: 5, reportBatchItemFailures: true, handler: { time: 10ms, failureRate: 20% } }
  gravedigger: { type: consumer, source: dead, instances: 2, handler: { time: 5ms } }
designs: { d: { traffic: { t: inbox } } }
guarantees: [exactly-once of writer, at-most-once of writer]
`;
/** What fails three times goes to the dead-letter queue, and back when the partner does. */
const REDRIVE = (fifo: boolean): string => `
seed: 1
horizon: 120s
drain: 30m
resolution: 60s
replications: 1
traffic: { t: { rate: 10/s${fifo ? ', key: { uniform: { keys: 20 } }' : ''} } }
resources:
  partner: { type: service, servers: 8, serviceTime: 10ms }
  inbox: { type: sqs, fifo: ${fifo}, visibilityTimeout: 5s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
  dead: { type: sqs, fifo: ${fifo} }
  workers: { type: consumer, source: inbox, instances: 4, batchSize: 1, handler: { time: 1ms, calls: [{ to: partner }] } }
designs: { d: { traffic: { t: inbox } } }
faults:
  - { at: 10s, for: 40s, resource: partner, down: true }
  - { at: 70s, resource: dead, redrive: { rate: 50/s } }
guarantees: [exactly-once of workers]
`;
const PLAYS = {
  fanOut: FAN_OUT,
  ordered: ORDERED,
  function: FUNCTION(false),
  fifoFunction: FUNCTION(true),
  redrive: REDRIVE(false),
  fifoRedrive: REDRIVE(true),
} as const;
type Play = keyof typeof PLAYS;

/** `guarantee of resource` by verdict. */
function verdicts(play: Play, run: Run['runReplication'] = runReplication): ReadonlyMap<string, string> {
  const { judgement } = run(resolve(PLAYS[play]), 'd', 0);
  return new Map((judgement?.findings ?? []).map((one) => [`${one.guarantee} of ${one.resource}`, one.verdict]));
}
const brokenIn = (found: ReadonlyMap<string, string>): string[] =>
  [...found].filter(([, verdict]) => verdict === 'broken').map(([name]) => name);

describe('a sound model breaks nothing, and much is exercised', () => {
  test.each<[Play, readonly string[]]>([
    ['fanOut', ['conservation of topic', 'fan-out of topic', 'no-loss of topic', 'no-loss of all', 'no-loss of dead']],
    ['ordered', ['order of topic', 'deduplication of topic', 'fan-out of topic', 'order of one', 'order of twos']],
    ['function', ['at-least-once of inbox', 'redrive of inbox', 'visibility of inbox', 'deletion of inbox']],
    ['fifoFunction', ['group-lock of inbox', 'order of writer', 'dead-letters of dead', 'deduplication of inbox']],
    [
      'redrive',
      ['no-loss of inbox', 'dead-letters of dead', 'deletion of dead', 'redrive of inbox', 'exactly-once of workers'],
    ],
    ['fifoRedrive', ['dead-letters of dead', 'order of dead', 'group-lock of dead', 'exactly-once of workers']],
  ])('%s', (play, exercised) => {
    const found = verdicts(play);
    // Items that go to the dead-letter queue are never done.
    const asked = play.endsWith('unction') ? ['exactly-once of writer'] : [];
    expect(brokenIn(found).filter((name) => !asked.includes(name))).toEqual([]);
    for (const name of exercised) expect(found.get(name), name).toBe('held');
  });

  test('but a delivery that is given up without a dead-letter queue is lost', () => {
    const scenario = resolve(FAN_OUT.replace(', redrive: { deadLetterQueue: dead }', ''));
    const found = runReplication(scenario, 'd', 0).judgement?.findings ?? [];
    const broken = found.filter(({ verdict }) => verdict === 'broken');
    expect(broken.map(({ guarantee, resource }) => `${guarantee} of ${resource}`)).toEqual(['no-loss of topic']);
    expect(broken[0]?.counts).toMatchObject({ lost: broken[0]?.counts['givenUp'] });
  });
});

const TOPIC = 'src/services/sns/topic.ts';
const ENDPOINTS = 'src/workload/sns-endpoints.ts';
const MAPPING = 'src/workload/lambda-mapping.ts';
const CORE = 'src/services/sqs/queue-core.ts';
const STANDARD = 'src/services/sqs/standard-queue.ts';
const FIFO = 'src/services/sqs/fifo-queue.ts';
const MOVES = 'src/services/sqs/move-tasks.ts';

interface Wrong extends Mutation {
  readonly play: Play;
  /** What it must be found to break. */
  readonly breaks: string;
}

const MUTANTS: readonly Wrong[] = [
  {
    name: 'a topic forgets its last subscription',
    file: TOPIC,
    find: "one.state === 'confirmed' && one.wants(kind, kinds));",
    replace: "one.state === 'confirmed' && one.wants(kind, kinds)).slice(0, -1);",
    play: 'ordered',
    breaks: 'fan-out of topic',
  },
  {
    name: 'a topic delivers what the filter keeps back',
    file: TOPIC,
    find: "one.state === 'confirmed' && one.wants(kind, kinds)",
    replace: "one.state === 'confirmed'",
    play: 'fanOut',
    breaks: 'fan-out of topic',
  },
  {
    name: 'a topic goes on delivering to who has unsubscribed',
    file: TOPIC,
    find: "subscription.state = 'deleted';",
    replace: '',
    play: 'fanOut',
    breaks: 'fan-out of topic',
  },
  {
    name: 'a topic takes a delivery for made that it did not try',
    file: TOPIC,
    find: 'endpoint.deliver(this.#fill(slot)',
    replace:
      '(d.body[slot] as number) % 7 === 0 ? this.onDelivery(slot, Outcome.ok) : endpoint.deliver(this.#fill(slot)',
    play: 'fanOut',
    breaks: 'fan-out of topic',
  },
  {
    name: 'a topic drops what it gives up, whatever dead-letter queue there is',
    file: TOPIC,
    find: 'if (deadLetterQueue === null) this',
    replace: 'if (deadLetterQueue !== undefined) this',
    play: 'fanOut',
    breaks: 'no-loss of topic',
  },
  {
    name: 'a lane of a topic does not wait for what is tried again',
    file: TOPIC,
    find: 'this.#join(subscription, input.MessageGroupId ?? NONE, slot',
    replace: 'this.#join(subscription, slot, slot',
    play: 'ordered',
    breaks: 'order of topic',
  },
  {
    name: 'a topic knows no message again',
    file: TOPIC,
    find: 'if (original >= 0) {',
    replace: 'if (original >= 1e9) {',
    play: 'ordered',
    breaks: 'deduplication of topic',
  },
  {
    name: 'a topic sends each message to a queue twice',
    file: ENDPOINTS,
    find: 'const { error, MessageId, SequenceNumber = -1 } =',
    replace: 'this.#queue.SendMessage(input); const { error, MessageId, SequenceNumber = -1 } =',
    play: 'fanOut',
    breaks: 'at-most-once of some',
  },
  {
    name: 'a mapping deletes what failed too',
    file: MAPPING,
    find: 'if (wentWell[i] === 0) continue;',
    replace: '',
    play: 'function',
    breaks: 'exactly-once of writer',
  },
  {
    name: 'a mapping deletes no single message',
    file: MAPPING,
    find: 'if (chunk.count > 0) this.#deleteChunk',
    replace: 'if (chunk.count > 1) this.#deleteChunk',
    play: 'function',
    breaks: 'at-most-once of writer',
  },
  {
    name: 'a queue knows no message again',
    file: FIFO,
    find: 'if (known >= 0) {',
    replace: 'if (known >= 1e9) {',
    play: 'fifoFunction',
    breaks: 'deduplication of inbox',
  },
  {
    name: 'a message in hand does not lock its group',
    file: FIFO,
    find: 'this.groups.appendRecord(group, record);',
    replace: 'if (store.ordinal(slot) % 5 !== 0) this.groups.appendRecord(group, record);',
    play: 'fifoFunction',
    breaks: 'group-lock of inbox',
  },
  {
    name: 'a dead letter forgets its receives on the way',
    file: STANDARD,
    find: 'records.receives[record] = receiveCount;',
    replace: 'records.receives[record] = 0;',
    play: 'redrive',
    breaks: 'dead-letters of dead',
  },
  {
    name: 'a message goes to the dead-letter queue one receive too early',
    file: CORE,
    find: 'receives > redrive.maxReceiveCount',
    replace: 'receives >= redrive.maxReceiveCount',
    play: 'redrive',
    breaks: 'dead-letters of dead',
  },
  {
    name: 'a message goes to the dead-letter queue one receive too late',
    file: CORE,
    find: 'receives > redrive.maxReceiveCount',
    replace: 'receives > redrive.maxReceiveCount + 1',
    play: 'function',
    breaks: 'redrive of inbox',
  },
  {
    name: 'a message is hidden for half its time',
    file: CORE,
    find: 'if (visibilityUs > 0) this.visibility.arm(record, visibilityUs);',
    replace: 'if (visibilityUs > 0) this.visibility.arm(record, Math.ceil(visibilityUs / 2));',
    play: 'redrive',
    breaks: 'visibility of inbox',
  },
  {
    name: 'a receive is not counted',
    file: CORE,
    find: 'return receives + 1;',
    replace: 'return Math.min(2, receives + 1);',
    play: 'redrive',
    breaks: 'receive-count of inbox',
  },
  {
    name: 'a move task does not delete what it sent',
    file: CORE,
    find: 'if (sent[i] === 0) {',
    replace: 'if (sent[i] === 0 || this.store.body(records.slot[record] as number) % 3 === 0) {',
    play: 'redrive',
    breaks: 'deletion of dead',
  },
  {
    name: 'a move task deletes what it did not send',
    file: MOVES,
    find: 'const output = target.queue.SendMessageBatch(this.#batch, this.#batch.length);',
    replace:
      'const output = target.queue.SendMessageBatch(this.#batch, this.#batch.length - 1 || 1); if (this.#batch.length > 1) output.entryErrors[this.#batch.length - 1] = null;',
    play: 'redrive',
    breaks: 'exactly-once of workers',
  },
];

describe('a model with one thing wrong is caught', () => {
  test.each(MUTANTS)('$name: $breaks', async ({ play, breaks, ...mutation }) => {
    const { runReplication: run } = await mutant<Run>('src/experiment/replication.ts', mutation);
    expect(brokenIn(verdicts(play, run))).toContain(breaks);
  });
});

describe('random fan-outs', () => {
  const share = fc.constantFrom('0%', '5%', '50%');
  const plays = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    fifo: fc.boolean(),
    groupScope: fc.boolean(),
    errors: share,
    replies: share,
    sends: share,
    copies: fc.boolean(),
    late: fc.constantFrom('', ', from: 7s', ', from: 3s, until: 13s'),
    filter: fc.constantFrom('', ', filterPolicy: { kind: [a] }', ', filterPolicy: { kind: [{ anything-but: [a] }] }'),
    dead: fc.boolean(),
    failureRate: share,
    // Long enough for a slow answer: effects of who holds a message no longer may be out of order.
    visibility: fc.constantFrom('10s', '30s'),
  });

  test('break nothing that is promised', () => {
    fc.assert(
      fc.property(plays, (one) => {
        const fifo = one.fifo ? ', fifo: true' : '';
        const scope = one.fifo && one.groupScope ? ', fifoThroughputScope: MessageGroup' : '';
        const redrive = one.dead ? ', redrive: { deadLetterQueue: dead }' : '';
        const copies = one.copies && !one.fifo ? '  - { at: 2s, for: 5s, resource: topic, duplicate: 20% }\n' : '';
        const yaml = `
seed: ${one.seed}
horizon: 20s
drain: 20m
resolution: 20s
replications: 1
traffic:
  t: { rate: 8/s, key: { uniform: { keys: 3 } }, timeout: 1s, retry: { attempts: 3, backoff: { base: 100ms, cap: 1s } }, attributes: { kind: { choice: { a: 0.5, b: 0.5 } } } }
resources:
  topic: { type: sns${fifo}${scope}, subscriptions: [ { to: one${one.late}${redrive} }, { to: two${one.filter} } ] }
  one: { type: sqs${fifo}, visibilityTimeout: ${one.visibility}, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
  two: { type: sqs${fifo}, visibilityTimeout: ${one.visibility} }
  dead: { type: sqs${fifo} }
  ones: { type: lambda, source: one, timeout: 1s, reportBatchItemFailures: true, handler: { time: 20ms, failureRate: ${one.failureRate} } }
  twos: { type: consumer, source: two, instances: 3, handler: { time: 20ms } }
designs: { d: { traffic: { t: topic } } }
faults:
  - { at: 1s, for: 18s, link: [t, topic], lose: { replies: ${one.replies} } }
  - { at: 4s, for: 9s, link: [topic, one], unreachable: ${one.errors}, lose: { replies: ${one.sends} } }
  - { at: 6s, for: 5s, resource: two, errors: ${one.errors} }
  - { at: 15s, resource: dead, redrive: {} }
${copies}`;
        const { judgement } = runReplication(resolve(yaml), 'd', 0);
        const broken = judgement?.findings.filter(({ verdict }) => verdict === 'broken') ?? [];
        if (broken.length > 0) throw new Error(`${JSON.stringify(broken)}\n${yaml}`);
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});
