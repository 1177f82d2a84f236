/** Filters and topics against a matcher that is slow and plain: the tree of subscriptions, what it remembers, and the tree of what is retained. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Qos } from '../../../../src/services/mq/mqtt/index.ts';
import { Stage } from './stage.ts';

/** Section 4.7, level by level. */
function matches(filter: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...more] = filter;
  if (wanted === '#') return true;
  if (wanted === undefined) return topic.length === 0;
  const [level, ...rest] = topic;
  return level !== undefined && (wanted === '+' || wanted === level) && matches(more, rest);
}

function plainly(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  return matches(filter.split('/'), topic.split('/'));
}

const level = fc.constantFrom('a', 'b', '', '$s');
const topics = fc
  .array(level, { minLength: 1, maxLength: 3 })
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.boolean())
  .map(([levels, below]) => [...levels, ...(below ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');
const qos = fc.constantFrom<Qos>(0, 1, 2);

describe('filters', () => {
  it('match as the specification says', () => {
    const cases = ['a/b', 'a', '/a', 'a/', '$s/a'].map((topic) => [
      topic,
      ['#', '+', '+/+', 'a/#', '/+', '+/#', '$s/#', '$s/+', 'a/+'].filter((filter) => plainly(filter, topic)),
    ]);
    expect(Object.fromEntries(cases)).toEqual({
      'a/b': ['#', '+/+', 'a/#', '+/#', 'a/+'],
      a: ['#', '+', 'a/#', '+/#'],
      '/a': ['#', '+/+', '/+', '+/#'],
      'a/': ['#', '+/+', 'a/#', '+/#', 'a/+'],
      '$s/a': ['$s/#', '$s/+'],
    });
  });

  it('give a message to whoever has one that matches, once, with the highest QoS, as subscriptions come and go', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('subscribe' as const), client: fc.nat(2), filter: filters, qos }),
        fc.record({ do: fc.constant('unsubscribe' as const), client: fc.nat(2), filter: filters }),
        fc.record({ do: fc.constant('publish' as const), topic: topics }),
      ),
      { maxLength: 30, size: 'max' },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const stage = new Stage({ overlapping: 'oneCopy' });
        const publisher = stage.connect('p');
        const clients = [0, 1, 2].map((i) => stage.connect(`c${i}`));
        const wanted = clients.map(() => new Map<string, Qos>());
        for (const step of given) {
          if (step.do === 'subscribe') {
            clients[step.client]?.subscribe(step.filter, step.qos);
            wanted[step.client]?.set(step.filter, step.qos);
          } else if (step.do === 'unsubscribe') {
            clients[step.client]?.connection.UNSUBSCRIBE(1, [step.filter]);
            wanted[step.client]?.delete(step.filter);
          } else {
            for (const client of clients) client.take();
            publisher.publish(step.topic, 1, 2);
            for (const [i, client] of clients.entries()) {
              const fitting = [...(wanted[i] as Map<string, Qos>)].filter(([filter]) => plainly(filter, step.topic));
              const expected = fitting.length === 0 ? [] : [Math.max(...fitting.map(([, most]) => most))];
              expect(client.take().map((line) => Number(/ q(\d)/.exec(line)?.[1]))).toEqual(expected);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('find the last retained message of each topic that they match', () => {
    const publishes = fc.array(
      fc.record({ topic: topics, isCleared: fc.integer({ min: 0, max: 3 }).map((n) => n === 0) }),
    );
    fc.assert(
      fc.property(publishes, filters, (given, filter) => {
        const stage = new Stage();
        const publisher = stage.connect('p');
        const kept = new Map<string, number>();
        for (const [i, { topic, isCleared }] of given.entries()) {
          publisher.publish(topic, i, 0, { retain: true, bytes: isCleared ? 0 : 1 });
          if (isCleared) kept.delete(topic);
          else kept.set(topic, i);
        }
        const expected = [...kept]
          .filter(([topic]) => plainly(filter, topic))
          .map(([topic, i]) => `${topic}=${i} q0 retain`);
        const client = stage.connect('c');
        client.subscribe(filter, 0);
        expect(client.take().slice(2).toSorted()).toEqual(expected.toSorted());
        expect(stage.broker.counts.messages).toBe(kept.size);
      }),
      { numRuns: 300 },
    );
  });
});
