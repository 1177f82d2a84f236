/** What access rests on without anybody having written it, with topics too. */
import { describe, expect, it } from 'vitest';
import { ofAccess } from '../../src/scenario/access-assumptions.ts';
import { type Shop, shop, THEIRS, topic } from '../access/stage.ts';

const TO_ORDERS = [{ to: 'orders' }];
const KEY = { encryption: { kind: 'kms' as const, key: 'aws/sns', reuseUs: 1 } };
const WORDS = {
  policy: 'console',
  names: 'both of its names',
  functions: 'taken for granted',
  quota: 'whose it is',
  publishers: 'publisher’s key',
  senders: 'sender’s key',
  outage: 'out of reach',
};

function said(more: Shop): string[] {
  const { scenario } = shop(more);
  const texts = ofAccess(scenario);
  return Object.entries(WORDS).flatMap(([word, part]) =>
    texts.filter(({ text }) => text.includes(part)).map(({ about }) => `${word} of ${about}`),
  );
}

describe('what is assumed of access', () => {
  it.each<[string, Shop, string[]]>([
    ['without topics nothing of them', {}, []],
    ['a policy for the topics of the account', { topics: [topic('sales', null, TO_ORDERS)] }, ['policy of orders']],
    [
      'none where one is written',
      {
        topics: [topic('sales', null, TO_ORDERS)],
        queue: ', policy: { Statement: { Effect: Allow, Principal: "*", Action: "*" } }',
      },
      [],
    ],
    ['none for another account', { topics: [topic('sales', { account: THEIRS }, TO_ORDERS)] }, []],
    [
      'one for what could not be delivered',
      { topics: [topic('sales', null, [{ to: 'f', protocol: 'lambda', deadLetterQueue: 'orders' }])] },
      ['policy of orders', 'functions of sales'],
    ],
    [
      'the names of SNS within an opt-in Region',
      { aws: '{ region: eu-south-1 }', topics: [topic('sales', null, TO_ORDERS)] },
      ['policy of orders', 'names of orders'],
    ],
    ['not between Regions', { topics: [topic('sales', { region: 'eu-south-1' }, TO_ORDERS)] }, ['policy of orders']],
    ['what an encrypted topic asks of KMS', { topics: [topic('sales', KEY)] }, ['publishers of sales']],
    [
      'what deliveries ask of KMS',
      { queue: ', encryption: { kms: {} }', topics: [topic('sales', null, TO_ORDERS)] },
      ['policy of orders', 'quota of orders', 'senders of orders'],
    ],
    [
      'what a call is told without KMS',
      { queue: ', encryption: { kms: {} }', faults: '[ { at: 1s, resource: orders, kmsDown: true } ]' },
      ['senders of orders', 'outage of orders'],
    ],
  ])('%s', (_, more, expected) => {
    expect(said(more)).toEqual(expected);
  });

  it('is told of the policy also where nothing else speaks of access', () => {
    const { scenario } = shop({ topics: [topic('sales', null, TO_ORDERS)] });
    const { aws: _aws, ...silent } = scenario;
    expect(ofAccess(silent).map(({ about }) => about)).toEqual(['orders']);
  });
});
