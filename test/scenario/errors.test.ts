import { describe, expect, test } from 'vitest';
import { formatErrors } from '../../src/scenario/index.ts';
import { BASE, changed, errorsOf } from './base.ts';

test('the base scenario has no error', () => {
  expect(errorsOf(BASE)).toEqual([]);
});

/** What is written, what stands there instead (`^` marks where the error must point), code, path, and a word of the mend. */
type Row = readonly [from: string, to: string, code: string, path: string, mend?: string];

/** Exactly one error each: a second one would be noise, a missing place would leave the user searching. */
const ROWS: readonly Row[] = [
  // keys
  ['title: Base', '^titel: Base', 'unknown-key', 'titel', 'did you mean title?'],
  ['    timeout: 3s', '    ^timeot: 3s', 'unknown-key', 'traffic.orders.timeot', 'did you mean timeout?'],
  [
    '{ at: 5m, for: 2m, rate: 2000/s }',
    '{ at: 5m, for: 2m, rate: 2000/s, ^foo: 1 }',
    'unknown-key',
    'traffic.orders.changes.0.foo',
  ],
  ['servers: 200', '^server: 200', 'unknown-key', 'designs.sync.resources.api.server', 'did you mean servers?'],
  [
    '{ base: 100ms, cap: 2s,',
    '{ base: 100ms, ^caps: 2s,',
    'unknown-key',
    'traffic.orders.retry.backoff.caps',
    'did you mean cap?',
  ],
  [
    '{ lognormal: {',
    '{ ^lognormale: {',
    'unknown-key',
    'resources.db.serviceTime.lognormale',
    'did you mean lognormal?',
  ],
  [
    '        instances: 20',
    '        ^instance: 20',
    'unknown-key',
    'designs.queued.resources.workers.instance',
    'did you mean instances?',
  ],
  ['resource: db, slow', 'resource: db, ^slower: 2x, slow', 'unknown-key', 'faults.0.slower', 'did you mean slow?'],
  // missing
  ['seed: 1\n', '', 'missing', 'seed', 'a whole number or a text'],
  ['horizon: 30m\n', '', 'missing', 'horizon', '30m'],
  ['        serviceTime: 5ms\n', '', 'missing', 'designs.sync.resources.api.serviceTime', 'a duration with its unit'],
  [
    '{ to: db, timeout: 1s, retry: none }',
    '^{ timeout: 1s, retry: none }',
    'missing',
    'designs.sync.resources.api.calls.0.to',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: ^{ waitTime: 5s }',
    'missing',
    'designs.queued.resources.dlq.type',
    'service, sqs, sns, kinesis, firehose, analytics, video, mq, consumer, lambda, sink',
  ],
  [
    '    rate: 200/s\n    changes:\n      - { at: 5m, for: 2m, rate: 2000/s }\n      - { at: 10m, for: 5m, ramp: 400/s }\n    arrivals: poisson\n    size: 2KiB',
    '    ^size: 2KiB',
    'one-of',
    'traffic.orders',
    'rate, trace',
  ],
  // units
  ['rate: 200/s', 'rate: ^200', 'no-unit', 'traffic.orders.rate', 'did you mean 200/s?'],
  ['rate: 200/s', 'rate: ^-200/s', 'out-of-range', 'traffic.orders.rate', 'not negative'],
  ['rate: 200/s', 'rate: ^200 per second', 'wrong-unit', 'traffic.orders.rate', 'did you mean 200/s?'],
  ['rate: 200/s', 'rate: ^2G/s', 'wrong-unit', 'traffic.orders.rate', '1.5k/s'],
  ['rate: 200/s', 'rate: ^2M/s', 'out-of-range', 'traffic.orders.rate', 'at most 1M/s'],
  ['rate: 200/s', 'rate: ^[200/s]', 'wrong-type', 'traffic.orders.rate', 'daily'],
  ['horizon: 30m', 'horizon: ^30', 'no-unit', 'horizon', 'did you mean 30s?'],
  ['horizon: 30m', 'horizon: ^30min', 'wrong-unit', 'horizon', 'did you mean 30m?'],
  ['horizon: 30m', 'horizon: ^101000000h', 'out-of-range', 'horizon', '100 years'],
  ['horizon: 30m', 'horizon: ^-30m', 'out-of-range', 'horizon', 'not negative'],
  ['    timeout: 3s', '    timeout: ^3s1h', 'wrong-unit', 'traffic.orders.timeout', 'longest first'],
  ['    timeout: 3s', '    timeout: ^0.5us', 'out-of-range', 'traffic.orders.timeout', 'whole number of microseconds'],
  ['    timeout: 3s', '    timeout: ^0s', 'out-of-range', 'traffic.orders.timeout', 'at least 1us'],
  ['    timeout: 3s', '    timeout: ^', 'wrong-type', 'traffic.orders.timeout', 'a duration'],
  ['size: 2KiB', 'size: ^2048', 'no-unit', 'traffic.orders.size', 'did you mean 2048B?'],
  ['size: 2KiB', 'size: ^2K', 'wrong-unit', 'traffic.orders.size', 'did you mean 2kB?'],
  ['slow: 5x', 'slow: ^5', 'no-unit', 'faults.0.slow', 'did you mean 5x?'],
  ['crash: 50%', 'crash: ^50', 'out-of-range', 'faults.1.crash', 'did you mean 50%?'],
  ['crash: 50%', 'crash: ^150%', 'out-of-range', 'faults.1.crash', '0% to 100%'],
  // distributions
  ['cv: 0.5', 'cv: ^-1', 'out-of-range', 'resources.db.serviceTime.lognormal.cv', 'from 0'],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ lognormal: ^{ mean: 80ms } }',
    'one-of',
    'resources.db.serviceTime.lognormal',
    '{ p50, p99 }',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ lognormal: { p50: 8ms, p99: ^4ms } }',
    'out-of-range',
    'resources.db.serviceTime.lognormal.p99',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ uniform: { min: 8ms, max: ^4ms } }',
    'out-of-range',
    'resources.db.serviceTime.uniform.max',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ erlang: { mean: 8ms, k: ^2.5 } }',
    'out-of-range',
    'resources.db.serviceTime.erlang.k',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ hyperexponential: { mean: 8ms, cv: ^0.5 } }',
    'out-of-range',
    'resources.db.serviceTime.hyperexponential.cv',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ exponential: { mean: ^80 } }',
    'no-unit',
    'resources.db.serviceTime.exponential.mean',
    '80s',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '^{ exponential: { mean: 8ms }, pareto: { min: 1ms, shape: 2 } }',
    'one-of',
    'resources.db.serviceTime',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ mixture: ^[] }',
    'out-of-range',
    'resources.db.serviceTime.mixture',
    'weight above 0',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ mixture: [ { weight: 1, of: { exponential: { mean: ^x } } } ] }',
    'wrong-unit',
    'resources.db.serviceTime.mixture.0.of.exponential.mean',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ empirical: { file: ^none.csv, column: ms } }',
    'no-file',
    'resources.db.serviceTime.empirical.file',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ empirical: { file: times.csv, column: ^us, unit: ms } }',
    'unknown-reference',
    'resources.db.serviceTime.empirical.column',
    'name, ms',
  ],
  [
    '{ lognormal: { mean: 80ms, cv: 0.5 } }',
    '{ empirical: { file: ^times.csv, column: ms } }',
    'bad-file',
    'resources.db.serviceTime.empirical.file',
    'row 2',
  ],
  // AWS's limits
  [
    'visibilityTimeout: 30s',
    'visibilityTimeout: ^13h',
    'out-of-range',
    'designs.queued.resources.orders.visibilityTimeout',
    'from 0s to 12h',
  ],
  [
    'visibilityTimeout: 30s',
    'visibilityTimeout: ^1500ms',
    'out-of-range',
    'designs.queued.resources.orders.visibilityTimeout',
    'whole seconds',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, messageRetentionPeriod: ^15d }',
    'out-of-range',
    'designs.queued.resources.dlq.messageRetentionPeriod',
    '14d',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, messageRetentionPeriod: ^59s }',
    'out-of-range',
    'designs.queued.resources.dlq.messageRetentionPeriod',
    'from 1m',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, delay: ^16m }',
    'out-of-range',
    'designs.queued.resources.dlq.delay',
    '15m',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, waitTime: ^21s }',
    'out-of-range',
    'designs.queued.resources.dlq.waitTime',
    '20s',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, maximumMessageSize: ^1023B }',
    'out-of-range',
    'designs.queued.resources.dlq.maximumMessageSize',
    '1KiB to 1MiB',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, maximumMessageSize: ^2MiB }',
    'out-of-range',
    'designs.queued.resources.dlq.maximumMessageSize',
    '1KiB to 1MiB',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, distribution: { servers: 2, sampled: ^3 } }',
    'out-of-range',
    'designs.queued.resources.dlq.distribution.sampled',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs }\n      spare: { type: sqs, fifo: true, fifoThroughputLimit: ^perMessageGroupId }',
    'misfit',
    'designs.queued.resources.spare.fifoThroughputLimit',
    'messageGroup',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs }\n      spare: { type: sqs, contentBasedDeduplication: ^true }',
    'misfit',
    'designs.queued.resources.spare.contentBasedDeduplication',
    'fifo: true',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs }\n      spare: { type: sqs, fifo: true, partitions: ^3 }',
    'misfit',
    'designs.queued.resources.spare.partitions',
    'perMessageGroupId',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs }\n      spare: { type: sqs, fifo: true, distribution: ^{ servers: 2 } }',
    'misfit',
    'designs.queued.resources.spare.distribution',
    'copies',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs }\n      spare: { type: sqs, fifo: true, redrive: { deadLetterQueue: ^dlq } }',
    'wrong-reference',
    'designs.queued.resources.spare.redrive.deadLetterQueue',
    'a FIFO queue, as spare is one; dlq is standard',
  ],
  [
    'maxReceiveCount: 5',
    'maxReceiveCount: ^1001',
    'out-of-range',
    'designs.queued.resources.orders.redrive.maxReceiveCount',
    '1 to 1000',
  ],
  ['batchSize: 10', 'batchSize: ^11', 'out-of-range', 'designs.queued.resources.workers.batchSize', 'from 1 to 10'],
  ['batchSize: 10', 'waitTime: ^30s', 'out-of-range', 'designs.queued.resources.workers.waitTime', '20s'],
  [
    '    timeout: 3s',
    '    batch: { size: ^20, linger: 5ms }',
    'out-of-range',
    'traffic.orders.batch.size',
    'from 1 to 10',
  ],
  ['size: 2KiB', 'size: ^2MiB', 'out-of-range', 'traffic.orders.size', '1MiB'],
  // types of values and of resources
  ['servers: 200', 'servers: ^1.5', 'out-of-range', 'designs.sync.resources.api.servers', 'a whole number'],
  ['servers: 200', 'servers: ^many', 'wrong-type', 'designs.sync.resources.api.servers', 'unlimited'],
  ['replications: 4', 'replications: ^0', 'out-of-range', 'replications', 'from 1 to 10000'],
  ['seed: 1', 'seed: ^1.5', 'wrong-type', 'seed', 'a whole number or a text'],
  ['title: Base', 'facts: ^"1999-01"', 'wrong-type', 'facts', '2026-11'],
  ['title: Base', 'ties: ^shuffle', 'wrong-type', 'ties', 'inOrder, or { shuffle: 7 }'],
  ['title: Base', 'ties: { shuffle: ^0.5 }', 'wrong-type', 'ties.shuffle', 'a whole number or a text'],
  ['arrivals: poisson', 'arrivals: ^poison', 'wrong-type', 'traffic.orders.arrivals', 'bursty'],
  ['arrivals: poisson', 'arrivals: { bursty: ^{ on: 5s } }', 'missing', 'traffic.orders.arrivals.bursty.off'],
  [
    'dlq: { type: sqs }',
    'dlq: { type: ^sqss }',
    'unknown-type',
    'designs.queued.resources.dlq.type',
    'did you mean sqs?',
  ],
  ['retry: none', 'retry: ^sdk-adaptiv', 'wrong-type', 'designs.sync.resources.api.calls.0.retry', 'sdk-adaptive or'],
  ['retry: none', 'hedge: ^{ most: 1 }', 'missing', 'designs.sync.resources.api.calls.0.hedge.after'],
  ['retry: none', 'hedge: { after: 50ms, most: ^0 }', 'out-of-range', 'designs.sync.resources.api.calls.0.hedge.most'],
  [
    'retry: none',
    'hedge: { after: ^24h }',
    'out-of-range',
    'designs.sync.resources.api.calls.0.hedge.after',
    'less than the timeout',
  ],
  ['retry: none', 'bulkhead: ^{ waiting: 3 }', 'missing', 'designs.sync.resources.api.calls.0.bulkhead.concurrent'],
  [
    'retry: none',
    'bulkhead: { concurrent: 5, maxWait: ^1s }',
    'misfit',
    'designs.sync.resources.api.calls.0.bulkhead.maxWait',
    'beside waiting',
  ],
  ['seed: 1', 'seed: 1\nstudy: ^steadily', 'wrong-type', 'study', 'did you mean steady?'],
  ['seed: 1', 'seed: 1\nprecision: ^2', 'out-of-range', 'precision'],
  // access and encryption
  ['seed: 1', 'seed: 1\naws: { account: ^123456789012 }', 'wrong-type', 'aws.account', 'in quotes'],
  ['seed: 1', 'seed: 1\naws: { region: ^Ireland }', 'wrong-type', 'aws.region', 'us-east-1'],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, policy: { Statement: [ { Effect: ^Permit, Principal: "*", Action: "*" } ] } }',
    'bad-policy',
    'designs.queued.resources.dlq.policy.Statement.0.Effect',
    'Allow or Deny',
  ],
  [
    '    timeout: 3s',
    '    timeout: 3s\n    role: { policies: [ { Statement: ^{ Effect: Allow, Principal: "*", Action: "*", Resource: "*" } } ] }',
    'bad-policy',
    'traffic.orders.role.policies.0.Statement',
    'no Principal',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, encryption: { kms: { reuse: ^30s } } }',
    'out-of-range',
    'designs.queued.resources.dlq.encryption.kms.reuse',
    'from 1m to',
  ],
  [
    'dlq: { type: sqs }',
    'dlq: { type: sqs, encryption: { kms: { key: ^mine } } }',
    'unknown-reference',
    'designs.queued.resources.dlq.encryption.kms.key',
    'aws/sqs',
  ],
  [
    'resource: workers, crash: 50%',
    'resource: workers, crash: 50%, ^policy: { Statement: { Effect: Deny, Principal: "*", Action: "*" } }',
    'misfit',
    'faults.1.policy',
  ],
  ['seed: 1', 'seed: 1\nprecision: { within: 1%, most: ^3 }', 'out-of-range', 'precision.most', 'the 4 replications'],
  [
    'seed: 1',
    'seed: 1\nprecision: { within: 1%, of: [ ^completion of orders ] }',
    'objective',
    'precision.of.0',
    'such as completion.p99',
  ],
  [
    'seed: 1',
    'seed: 1\nprecision: { within: 1%, of: [ ^accepted.share of orders ] }',
    'objective',
    'precision.of.0',
    'such as lost.share',
  ],
  ['retry: none', 'retry: { attempts: ^0 }', 'out-of-range', 'designs.sync.resources.api.calls.0.retry.attempts'],
  [
    'retry: none',
    'retry: { attempts: 2, backoff: { base: 5s, cap: ^1s } }',
    'out-of-range',
    'designs.sync.resources.api.calls.0.retry.backoff.cap',
  ],
  [
    'retry: none',
    'probability: ^3',
    'out-of-range',
    'designs.sync.resources.api.calls.0.probability',
    'did you mean 3%?',
  ],
  [
    '{ at: 10m, for: 5m, ramp: 400/s }',
    '^{ at: 10m, ramp: 400/s }',
    'missing',
    'traffic.orders.changes.1.for',
    'how long',
  ],
  [
    '{ at: 10m, for: 5m, ramp: 400/s }',
    '{ at: 10m, for: 5m, rate: 400/s, back: ^true }',
    'misfit',
    'traffic.orders.changes.1.back',
  ],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '^{ at: 10m, for: 5m }', 'one-of', 'traffic.orders.changes.1'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '^{ at: 10m, rate: 1/s, burst: 3 }', 'one-of', 'traffic.orders.changes.1'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, for: ^5m, burst: 3 }', 'misfit', 'traffic.orders.changes.1.for'],
  ['{ at: 10m, for: 5m, ramp: 400/s }', '{ at: 10m, burst: ^0 }', 'out-of-range', 'traffic.orders.changes.1.burst'],
  ['    arrivals: poisson\n', '    think: ^5s\n', 'misfit', 'traffic.orders.think', 'beside users'],
  ['{ file: clicks.csv, time: at }', '{ file: ^clics.csv, time: at }', 'no-file', 'traffic.clicks.trace.file'],
  [
    '{ file: clicks.csv, time: at }',
    '{ file: clicks.csv, time: ^when }',
    'bad-file',
    'traffic.clicks.trace.time',
    'at, what',
  ],
  [
    '{ file: clicks.csv, time: at }',
    '{ file: ^bad.csv, time: at, count: n, every: 1s }',
    'bad-file',
    'traffic.clicks.trace.file',
    '94',
  ],
  ['{ file: clicks.csv, time: at }', '^{ file: bad.csv, time: at, count: n }', 'missing', 'traffic.clicks.trace.every'],
  // references
  ['clicks: api }', 'clicks: ^apu }', 'unknown-reference', 'designs.sync.traffic.clicks', 'did you mean api?'],
  ['clicks: orders }', 'clicks: ^workers }', 'wrong-reference', 'designs.queued.traffic.clicks', 'consumer'],
  ['{ orders: api, clicks: api }', '^{ orders: api }', 'not-routed', 'designs.sync.traffic', 'add clicks'],
  [
    '{ orders: api, clicks: api }',
    '{ ^order: api, clicks: api }',
    'unknown-reference',
    'designs.sync.traffic.order',
    'did you mean orders?',
  ],
  [
    '[ { to: db, timeout: 1s, retry: none } ]',
    '[ { to: ^bd } ]',
    'unknown-reference',
    'designs.sync.resources.api.calls.0.to',
    'did you mean db?',
  ],
  [
    '[ { to: db, timeout: 1s, retry: none } ]',
    '[ { to: ^api } ]',
    'cycle',
    'designs.sync.resources.api.calls.0.to',
    'api → api',
  ],
  [
    '[ { to: db, timeout: 5s } ]',
    '[ { to: ^orders } ]',
    'wrong-reference',
    'designs.queued.resources.workers.handler.calls.0.to',
    'another resource than what it reads',
  ],
  ['source: orders', 'source: ^db', 'wrong-reference', 'designs.queued.resources.workers.source', 'an sqs queue'],
  [
    'deadLetterQueue: dlq',
    'deadLetterQueue: ^dlqq',
    'unknown-reference',
    'designs.queued.resources.orders.redrive.deadLetterQueue',
    'did you mean dlq?',
  ],
  [
    'deadLetterQueue: dlq',
    'deadLetterQueue: ^orders',
    'wrong-reference',
    'designs.queued.resources.orders.redrive.deadLetterQueue',
    'its own',
  ],
  [
    'deadLetterQueue: dlq',
    'deadLetterQueue: ^workers',
    'wrong-reference',
    'designs.queued.resources.orders.redrive.deadLetterQueue',
    'a consumer',
  ],
  // faults
  ['resource: db, slow', 'resource: ^dbx, slow', 'unknown-reference', 'faults.0.resource', 'did you mean db?'],
  ['resource: db, slow', 'resource: ^"db[2]", slow', 'unknown-reference', 'faults.0.resource', 'db[1]'],
  ['resource: db, slow', 'resource: db, zone: ^c, slow', 'unknown-reference', 'faults.0.zone', 'a, b'],
  ['resource: db, slow: 5x', 'resource: db, ^duplicate: 5%', 'misfit', 'faults.0.duplicate', 'a service'],
  ['resource: db, slow: 5x', 'resource: db', 'no-effect', 'faults.0', 'at least one of slow'],
  ['resource: workers, crash', '^share: 50%, resource: workers, crash', 'misfit', 'faults.1.share', 'crash: 50%'],
  [
    'resource: workers, crash: 50%',
    'link: [workers, ^orderss], lose: { replies: 2% }',
    'unknown-reference',
    'faults.1.link.1',
    'did you mean orders?',
  ],
  ['resource: workers, crash: 50%', 'link: [workers, orders], ^slow: 5x', 'misfit', 'faults.1.slow', 'lose'],
  [
    'resource: workers, crash: 50%',
    'design: ^sink, resource: workers, crash: 50%',
    'unknown-reference',
    'faults.1.design',
    'did you mean sync?',
  ],
  // objectives
  [
    '- completion.p99 of orders < 2s',
    '- ^completion.p99 of order < 2s',
    'unknown-reference',
    'objectives.0',
    'did you mean orders?',
  ],
  ['- completion.p99 of orders < 2s', '- ^completion.p98 of orders < 2s', 'objective', 'objectives.0', 'p50, p90'],
  [
    '- completion.p99 of orders < 2s',
    '- ^compltion.p99 of orders < 2s',
    'objective',
    'objectives.0',
    'did you mean completion?',
  ],
  ['- completion.p99 of orders < 2s', '- ^completion of orders < 2s', 'objective', 'objectives.0', 'completion.p99'],
  ['- completion.p99 of orders < 2s', '- ^completion.p99 of orders < 2', 'no-unit', 'objectives.0', 'did you mean 2s?'],
  ['- completion.p99 of orders < 2s', '- ^lost of orders < 1%', 'wrong-unit', 'objectives.0', 'lost.share'],
  [
    '- completion.p99 of orders < 2s',
    '- ^completion.p99 is small',
    'objective',
    'objectives.0',
    'completion.p99 of orders < 2s',
  ],
  [
    '- completion.p99 of orders < 2s',
    '- ^metrics.Aproximate.max of resource orders < 2s',
    'objective',
    'objectives.0',
    'ApproximateAgeOfOldestMessage',
  ],
  [
    '- completion.p99 of orders < 2s',
    '- ^metrics.QueueLength.max of resource dbs < 2',
    'unknown-reference',
    'objectives.0',
    'did you mean db?',
  ],
  ['design: queued }', 'design: ^queud }', 'unknown-reference', 'objectives.1.design', 'did you mean queued?'],
  ['design: queued }', 'expect: ^fail }', 'wrong-type', 'objectives.1.expect', 'met, missed'],
  // a level has no sum, a counter no maximum: their objectives could never be judged
  [
    '- completion.p99 of orders < 2s',
    '- ^metrics.QueueLength.sum of resource db < 2',
    'objective',
    'objectives.0',
    'mean, min, max',
  ],
  [
    '- completion.p99 of orders < 2s',
    '- ^metrics.NumberOfMessagesSent.max of resource orders < 2',
    'objective',
    'objectives.0',
    'sum, mean',
  ],
  // names
  ['  clicks:\n', '  ^2clicks:\n    rate: 1/s\n  clicks:\n', 'bad-name', 'traffic.2clicks', 'a letter'],
  ['  clicks:\n', '  ^__proto__:\n    rate: 1/s\n  clicks:\n', 'bad-name', 'traffic.__proto__', 'another name'],
  ['title: Base', '^__proto__: { polluted: 1 }', 'bad-name', '__proto__', 'another name'],
  ['  clicks:\n', '  clicks:\n    trace: { file: clicks.csv, time: at }\n  ^clicks:\n', 'duplicate-name', '', 'once'],
  [
    '      api:\n',
    '      ^db: { type: service, serviceTime: 1ms }\n      api:\n',
    'duplicate-name',
    'designs.sync.resources.db',
    'another name',
  ],
  // times
  ['replications: 4', 'warmup: ^30m', 'out-of-range', 'warmup', 'shorter than the horizon'],
  ['replications: 4', 'resolution: ^1ms', 'out-of-range', 'resolution', 'coarser'],
];

describe('one mistake gives one error with its place and its mend', () => {
  test.each(ROWS.map((row) => [`${row[2]} ${row[3]}: ${row[1].trim().replace('^', '')}`, row] as const))(
    '%s',
    (_, [from, to, code, path, mend]) => {
      const marked = changed(from, to);
      const at = marked.indexOf('^');
      const errors = errorsOf(marked.replace('^', ''));
      expect(errors.map((error) => `${error.code} ${error.path}: ${error.message}`)).toHaveLength(1);
      const [error] = errors;
      expect({ code: error?.code, path: error?.path }).toEqual({ code, path });
      if (mend !== undefined) expect(error?.message).toContain(mend);
      if (at >= 0) {
        const before = marked.slice(0, at).split('\n');
        expect({ line: error?.line, column: error?.column }).toEqual({
          line: before.length,
          column: (before.at(-1)?.length ?? 0) + 1,
        });
      }
    },
  );
});

describe('a file that cannot be read as YAML', () => {
  test.each([
    ['a tab', 'title: x\ndesigns:\n\tsync: 1\n', 'tab', 3, 1],
    ['an alias', 'a: &a [x, x]\nb: *a\n', 'alias', 2, 4],
    [
      'an alias bomb',
      `a: &a [x, x]\n${Array.from(
        { length: 9 },
        (_, i) =>
          `b${i}: &b${i} [${Array(9)
            .fill(`*${i === 0 ? 'a' : `b${i - 1}`}`)
            .join(', ')}]`,
      ).join('\n')}\n`,
      'alias',
      2,
      10,
    ],
    ['a merge key', 'a:\n  <<: { x: 1 }\n', 'alias', 2, 3],
    ['what is left of another encoding', 'title: caf\uFFFD\n', 'not-utf8', 1, 11],
    ['UTF-16', '\u0000t\u0000i', 'not-utf8', 1, 1],
    ['an open bracket', 'title: [a, b\n', 'syntax', 2, 1],
    ['two documents', 'seed: 1\n---\nseed: 2\n', 'syntax', 2, 1],
    ['an unknown tag', 'seed: !money 5\n', 'syntax', 1, 7],
    ['an old dialect', '%YAML 1.1\n---\nseed: 1\n', 'syntax', 1, 1],
    ['nothing', '', 'empty', 1, 1],
    ['only a comment', '# later\n', 'empty', 1, 1],
    ['a list', '- a\n', 'wrong-type', 1, 1],
    ['a text', 'hello\n', 'wrong-type', 1, 1],
    ['too much', `title: ${'x'.repeat(10 * 1024 * 1024)}`, 'too-large', 1, 1],
  ])('%s', (_, text, code, line, column) => {
    const error = errorsOf(text).find((one) => one.code === code);
    expect(error).toMatchObject({ line, column });
  });

  test('nesting beyond any scenario is an error, not a full stack', () => {
    expect(errorsOf(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)[0]?.code).toBe('too-deep');
    expect(errorsOf(`a: ${'['.repeat(500)}${']'.repeat(500)}`)[0]?.code).toBe('too-deep');
  });

  test('a byte order mark at the start is taken as what it is', () => {
    expect(errorsOf(`\uFEFF${BASE}`)).toEqual([]);
  });
});

describe('parts that are missing', () => {
  test.each([
    [
      'traffic: {}\ndesigns: { a: { traffic: {}, resources: { s: { type: service, serviceTime: 1ms } } } }',
      'empty',
      'traffic',
    ],
    ['traffic: { t: { rate: 1/s } }\ndesigns: {}', 'empty', 'designs'],
    ['traffic: { t: { rate: 1/s } }', 'missing', 'designs'],
    [
      'traffic: { t: { rate: 1/s } }\ndesigns:\n  a: { traffic: { t: s }, resources: {} }\nresources: { s: { type: service, serviceTime: 1ms } }',
      '',
      '',
    ],
  ])('%s', (text, code, path) => {
    const errors = errorsOf(`seed: 1\nhorizon: 1m\n${text}\n`);
    expect(errors.map((error) => [error.code, error.path])).toEqual(code === '' ? [] : [[code, path]]);
  });
});

test('whatever type a value has, what is expected is told in the words of the format', () => {
  // Each key of each part gets each wrong shape once.
  const shapes = ['5', 'text', 'true', '[1]', '{ a: 1 }', 'null', '-1.5', '[]', '{}'];
  const lines = BASE.split('\n');
  const at = lines.flatMap((line, i) => (/^\s+\w+: \S/.test(line) || /^\w+: \S/.test(line) ? [i] : []));
  for (const i of at) {
    for (const shape of shapes) {
      const text = lines.map((line, j) => (j === i ? line.replace(/^(\s*\w+: ).*/, `$1${shape}`) : line)).join('\n');
      for (const error of errorsOf(text)) {
        expect(error.message).not.toMatch(/Invalid|undefined|\[object|NaN|received|expected (a|an|at)? *$/);
      }
    }
  }
});

describe('all at once', () => {
  test('independent mistakes are all told, in the order of the file', () => {
    const text = BASE.replace('rate: 200/s', 'rate: 200')
      .replace('servers: 200', 'servers: none')
      .replace('slow: 5x', 'slow: 5')
      .replace('source: orders', 'source: order');
    expect(errorsOf(text).map((error) => error.path)).toEqual([
      'traffic.orders.rate',
      'designs.sync.resources.api.servers',
      'designs.queued.resources.workers.source',
      'faults.0.slow',
    ]);
  });

  test('a broken resource hides no broken reference in it', () => {
    const text = BASE.replace('servers: 200', 'servers: none').replace(
      '[ { to: db, timeout: 1s, retry: none } ]',
      '[ { to: dbb } ]',
    );
    expect(errorsOf(text).map((error) => error.code)).toEqual(['wrong-type', 'unknown-reference']);
  });

  test('a shared resource with an error is told once, however many designs have it', () => {
    expect(
      errorsOf(changed('{ lognormal: { mean: 80ms, cv: 0.5 } }', '{ lognormal: { mean: 80, cv: 0.5 } }')),
    ).toHaveLength(1);
  });

  test('a cycle over three services is found from any of them, and told once', () => {
    const text = changed(
      '[ { to: db, timeout: 1s, retry: none } ]',
      '[ { to: b } ]\n      b: { type: service, serviceTime: 1ms, calls: [ { to: c } ] }\n      c: { type: service, serviceTime: 1ms, calls: [ { to: api } ] }',
    );
    const errors = errorsOf(text);
    expect(errors.map((error) => [error.code, error.path])).toEqual([['cycle', 'designs.sync.resources.c.calls.0.to']]);
    expect(errors[0]?.expected).toContain('api → b → c → api');
  });
});

test('an error is one line: file, line, column, path, value, what was expected, what was meant', () => {
  expect(formatErrors(errorsOf(changed('    timeout: 3s', '    timeout: 3sec')))).toBe(
    'x.yaml:13:14 traffic.orders.timeout: 3sec → expected a duration with its unit, such as 250us, 40ms, 30s, 5m, 2h, 14d or 1h30m, did you mean 3s?',
  );
});
