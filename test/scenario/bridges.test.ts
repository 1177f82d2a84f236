import { describe, expect, test } from 'vitest';
import { errorsOf, resolved } from './base.ts';

/** A consumer of a broker whose handler calls what is given; `api` is a service, `inbox` a queue, `news` a topic, `far` another broker. */
const text = (call: string): string => `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s } }
designs:
  a:
    traffic: { orders: near }
    resources:
      near: { type: mq, engine: rabbitmq, queues: [ { name: q } ] }
      far: { type: mq, engine: activemq, queues: [ { name: q } ] }
      inbox: { type: sqs }
      news: { type: sns, subscriptions: [ { to: inbox } ] }
      api: { type: service, serviceTime: 1ms }
      logs: { type: kinesis, shards: 1 }
      bridge: { type: consumer, source: near, handler: { calls: [ ${call} ] } }
`;
const at = (key: string): string => `designs.a.resources.bridge.handler.calls.0.${key}`;
const told = (call: string): (readonly [string, string])[] =>
  errorsOf(text(call)).map(({ code, path }) => [code, path]);

describe('a handler', () => {
  test.each(['api', 'inbox', 'news', 'far'])('may call %s', (to) => {
    expect(told(`{ to: ${to}, timeout: 2s, retry: { attempts: 3, backoff: { base: 1s, cap: 5s } } }`)).toEqual([]);
  });

  test('can call neither a stream nor what it reads', () => {
    expect(told('{ to: logs }')).toEqual([['wrong-reference', at('to')]]);
    expect(told('{ to: near }')).toEqual([['wrong-reference', at('to')]]);
  });

  test.each(['inbox', 'news', 'far'])(
    'hands all that it has handled on to %s, which has a latency of its own',
    (to) => {
      expect(told(`{ to: ${to}, latency: 5ms }`)).toEqual([['misfit', at('latency')]]);
      expect(told(`{ to: ${to}, probability: 50% }`)).toEqual([['misfit', at('probability')]]);
    },
  );

  test('may call a service with a share of its requests, over a network that takes time', () => {
    expect(told('{ to: api, latency: 5ms, probability: 50% }')).toEqual([]);
  });
});

describe('what a call rests on', () => {
  const said = (call: string, words: string): string[] =>
    resolved(text(call))
      .assumptions.filter((one) => one.text.includes(words))
      .map(({ about }) => about);

  test('is told of services in words of services, of queues and brokers in words of theirs', () => {
    expect(said('{ to: api }', 'cost no network time')).toEqual(['api']);
    expect(said('{ to: api }', 'Callers wait for its answer for ever')).toEqual(['api']);
    expect(said('{ to: api, timeout: 1s }', 'for ever')).toEqual([]);
    for (const to of ['inbox', 'news', 'far']) {
      expect(said(`{ to: ${to} }`, 'cost no network time')).toEqual([]);
      expect(said(`{ to: ${to} }`, 'Callers wait')).toEqual([]);
      expect(said(`{ to: ${to}, timeout: 1s }`, 'for ever')).toEqual([]);
    }
    expect(said('{ to: inbox }', 'where the request or the answer is lost, it never goes on')).toEqual(['inbox']);
    expect(said('{ to: news }', 'where the request or the answer is lost, it never goes on')).toEqual(['news']);
    expect(said('{ to: far }', 'and for its connection, for ever')).toEqual(['far']);
  });
});
