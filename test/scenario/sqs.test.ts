/** What AWS lets a queue be, as a scenario writes it: ranges, defaults, names, policies, places. */
import { describe, expect, test } from 'vitest';
import type { SqsSettings } from '../../src/services/sqs/settings.ts';
import { errorsOf, resolved } from './base.ts';

const SECOND = 1_000_000;

function text(queue: string, { traffic = '', name = 'q', rest = '', more = '' } = {}): string {
  return `seed: 1
horizon: 1m
${more}
traffic: { orders: { rate: 1/s${traffic} } }
designs:
  a:
    traffic: { orders: ${name} }
    resources:
      ${name}: { type: sqs${queue === '' ? '' : `, ${queue}`} }
      w: { type: consumer, source: ${name}, handler: { time: 1ms } }
${rest}`;
}

function queueOf(scenario: string): SqsSettings {
  return resolved(scenario).designs[0]?.resources.find((one) => one.type === 'sqs') as SqsSettings;
}

function findings(scenario: string): [string, string][] {
  return errorsOf(scenario).map(({ code, path }) => [code, path.replace('designs.a.resources.', '')]);
}

const dead = 'dead: { type: sqs }';
type Row = readonly [key: string, least: string, most: string, below: string | null, above: string];

describe('an attribute', () => {
  test.each<Row>([
    ['messageRetentionPeriod', '60s', '14d', '59s', '1209601s'],
    ['visibilityTimeout', '0s', '12h', null, '43201s'],
    ['delay', '0s', '15m', null, '901s'],
    ['waitTime', '0s', '20s', null, '21s'],
    ['maximumMessageSize', '1024B', '1MiB', '1023B', '1048577B'],
  ])(
    '%s is from %s to %s, and no more [sqs.retention] [sqs.visibility-timeout] [sqs.delay] [sqs.long-poll] [sqs.max-message-size]',
    (key, least, most, below, above) => {
      expect(findings(text(`${key}: ${least}`))).toEqual([]);
      expect(findings(text(`${key}: ${most}`))).toEqual([]);
      for (const wrong of [below, above]) {
        if (wrong !== null) expect(findings(text(`${key}: ${wrong}`))).toEqual([['out-of-range', `q.${key}`]]);
      }
    },
  );

  test('that is not given is as AWS sets it [sqs.retention] [sqs.visibility-timeout] [sqs.delay] [sqs.long-poll] [sqs.max-message-size]', () => {
    expect(queueOf(text(''))).toMatchObject({
      messageRetentionPeriodUs: 345_600 * SECOND,
      visibilityTimeoutUs: 30 * SECOND,
      delayUs: 0,
      receiveMessageWaitTimeUs: 0,
      maximumMessageSizeBytes: 1_048_576,
      maxInFlight: 120_000,
      redrive: null,
      fifo: false,
    });
  });

  test('of a redrive is 1 to 1,000 receives, 10 if not given [sqs.maxreceivecount]', () => {
    const redrive = (count: string): string =>
      text(`redrive: { ${count} deadLetterQueue: dead }`).replace('      w:', `      ${dead}\n      w:`);
    expect(queueOf(redrive('')).redrive?.maxReceiveCount).toBe(10);
    expect(findings(redrive('maxReceiveCount: 1,'))).toEqual([]);
    expect(findings(redrive('maxReceiveCount: 1000,'))).toEqual([]);
    const error = ['out-of-range', 'q.redrive.maxReceiveCount'];
    expect(findings(redrive('maxReceiveCount: 0,'))).toEqual([error]);
    expect(findings(redrive('maxReceiveCount: 1001,'))).toEqual([error]);
  });

  test('of encryption is a key of SQS’s own if not given, and a reuse of 60 s to 24 h [sqs.sse-default-for-new-queues] [sqs.kmsdatakeyreuseperiodseconds]', () => {
    // A queue without any is one with SQS's own keys: nothing is asked of KMS.
    expect(queueOf(text('encryption: sse-sqs')).access?.encryption).toEqual({ kind: 'sse-sqs' });
    expect(queueOf(text('')).access).toBeUndefined();
    const reuse = (time: string): string => text(`encryption: { kms: { ${time} } }`);
    expect(queueOf(reuse('')).access?.encryption).toMatchObject({ kind: 'kms', reuseUs: 300 * SECOND });
    expect(findings(reuse('reuse: 60s'))).toEqual([]);
    expect(findings(reuse('reuse: 24h'))).toEqual([]);
    const error = ['out-of-range', 'q.encryption.kms.reuse'];
    expect(findings(reuse('reuse: 59s'))).toEqual([error]);
    expect(findings(reuse('reuse: 86401s'))).toEqual([error]);
  });

  test('of a message: ten at most, with names of 256 characters at most [sqs.message-attributes]', () => {
    const attributes = (names: readonly string[]): string =>
      text('', { traffic: `, attributes: { ${names.map((name) => `${name}: { choice: { a: 1 } }`).join(', ')} }` });
    const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`);
    expect(findings(attributes(many(10)))).toEqual([]);
    expect(findings(attributes(many(11)))).toEqual([['out-of-range', 'traffic.orders.attributes']]);
    expect(findings(attributes(['n'.repeat(256)]))).toEqual([]);
    expect(findings(attributes(['n'.repeat(257)]))).toEqual([
      ['out-of-range', `traffic.orders.attributes.${'n'.repeat(257)}`],
    ]);
  });
});

describe('a name', () => {
  test('has 80 characters at most, the ending of a FIFO queue among them [sqs.queue-name]', () => {
    const named = (length: number, fifo: boolean): string =>
      text(fifo ? 'fifo: true' : '', { name: 'q'.repeat(length), traffic: ', key: one' });
    expect(findings(named(80, false))).toEqual([]);
    expect(findings(named(81, false)).map(([code]) => code)).toContain('bad-name');
    expect(findings(named(75, true))).toEqual([]);
    expect(findings(named(76, true))).toEqual([['bad-name', 'q'.repeat(76)]]);
  });
});

describe('a policy', () => {
  const allow = "Effect: Allow, Principal: '*', Action: 'sqs:*', Resource: '*'";
  const policy = (...statements: readonly string[]): string =>
    text(`policy: { Statement: [ ${statements.map((one) => `{ ${one} }`).join(', ')} ] }`);
  const accounts = (count: number): string =>
    Array.from({ length: count }, (_, i) => `'${String(i).padStart(12, '1')}'`).join(', ');
  const actions = (count: number): string =>
    ['Send', 'Receive', 'Delete', 'Purge', 'GetQueue', 'SetQueue', 'List', 'Tag']
      .slice(0, count)
      .map((one) => `'sqs:${one}*'`)
      .join(', ');
  const conditions = (count: number): string =>
    `Condition: { StringEquals: { ${Array.from({ length: count }, (_, i) => `'aws:PrincipalTag/t${i}': x`).join(', ')} } }`;

  test.each<[what: string, fits: string, more: string]>([
    ['statements', policy(...new Array<string>(20).fill(allow)), policy(...new Array<string>(21).fill(allow))],
    [
      'principals',
      policy(allow.replace("'*'", `{ AWS: [ ${accounts(50)} ] }`)),
      policy(allow.replace("'*'", `{ AWS: [ ${accounts(51)} ] }`)),
    ],
    [
      'conditions',
      policy(`${allow}, ${conditions(10)}`),
      policy(`${allow}, ${conditions(10)}`, `${allow}, ${conditions(1)}`),
    ],
    [
      'actions in a statement',
      policy(allow.replace("'sqs:*'", `[ ${actions(7)} ]`)),
      policy(allow.replace("'sqs:*'", `[ ${actions(8)} ]`)),
    ],
    // 98 bytes are the frame.
    ['bytes', policy(`Sid: ${'s'.repeat(8000)}, ${allow}`), policy(`Sid: ${'s'.repeat(8192)}, ${allow}`)],
  ])('has no more %s than AWS takes [sqs.policy]', (_what, fits, more) => {
    expect(findings(fits)).toEqual([]);
    expect(findings(more)).toEqual([['out-of-range', 'q.policy']]);
  });
});

describe('a dead-letter queue', () => {
  test('is of the same kind, account and Region [sqs.dlq-type-placement]', () => {
    const with_ = (queue: string, other: string, more = ''): string =>
      text(`redrive: { deadLetterQueue: dead }${queue}`, { traffic: ', key: one', more }).replace(
        '      w:',
        `      dead: { type: sqs${other} }\n      w:`,
      );
    const error = ['wrong-reference', 'q.redrive.deadLetterQueue'];
    expect(findings(with_('', ''))).toEqual([]);
    expect(findings(with_(', fifo: true', ', fifo: true'))).toEqual([]);
    expect(findings(with_(', fifo: true', ''))).toEqual([error]);
    expect(findings(with_('', ', fifo: true'))).toEqual([error]);
    expect(findings(with_('', ', region: eu-west-1'))).toEqual([error]);
    expect(findings(with_('', ', region: us-east-1'))).toEqual([]);
    expect(findings(with_('', ', region: eu-west-1', 'aws: { region: eu-west-1 }'))).toEqual([]);
    expect(findings(with_('', ", account: '222222222222'"))).toEqual([error]);
  });
});
