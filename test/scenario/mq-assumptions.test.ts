/** What a scenario with brokers says that it rests on: only what is active in it. */
import { expect, test } from 'vitest';
import { resolve } from '../support/street.ts';

function said(broker: string, consumer = ''): string[] {
  const { assumptions } = resolve(`seed: 1
horizon: 1m
traffic: { t: { rate: 10/s, size: 1KiB } }
designs:
  d:
    traffic: { t: b }
    resources:
      b: { type: mq, ${broker} }
      c: { type: consumer, source: b, handler: { time: 10ms }${consumer} }
`);
  return assumptions.filter(({ about }) => about === 'b').map(({ text, source }) => `${text} [${source}]`);
}

const has = (texts: readonly string[], word: string): boolean => texts.some((text) => text.includes(word));
const QUEUE = 'queues: [{ name: q }]';

test('a broker by its defaults rests on times of processor, disk, network and restart that are assumed', () => {
  expect(said(`engine: activemq, ${QUEUE}`)).toMatchInlineSnapshot(`
    [
      "A request’s work is completed when its message was handled, at every queue that has a copy. One that nobody has any more since its node died, or since what was in hand counted as received, is lost; too old is expired; refused for good, or tried too often, is dead-lettered. Work on a message that comes back is a duplicate if it was done before. [model]",
      "Of a node’s processor a message takes 75us of a vCPU when it comes, 50us when it goes to a consumer, 25us when it is acknowledged, and 3us for each KiB each way; AWS publishes no such times. All vCPUs work as one: a real broker, whose queue is one process, does not use many of them so well. [assumed]",
      "A write to EFS takes 12 ms, and 8 MB a second; all that waits goes in one. So one producer that waits for each message does 80 a second, which is what AWS calls approximate. [assumed, after Amazon MQ Developer Guide: storage (2026-11)]",
      "A node that dies is back 5s later, or after its zone is; no other takes its place meanwhile. [assumed]",
      "A way there and back takes 500us: clients are in the zone of the node that they are connected to. [assumed]",
      "A frame that the network loses breaks its connection, and both ends notice at once: in truth TCP tries again for minutes, and a heartbeat or a keep-alive ends that. [model]",
      "A client of OpenWire tries a message that failed 6 times more by itself, 1s apart, while its session stands still; then the message goes to the dead letters. [apache/activemq: RedeliveryPolicy (2026-11)]",
      "50 % of an instance’s memory are ActiveMQ’s heap, and 70 % of that are for messages. AWS publishes neither. [assumed]",
    ]
  `);
});

test.each([
  ['a commit time that is given', 'A write to EBS', 'engine: rabbitmq', 'engine: rabbitmq, commitTime: 1ms'],
  ['a latency that is given', 'A way there and back', 'engine: rabbitmq', 'engine: rabbitmq, latency: 2ms'],
  [
    'a restart time that is given',
    'A node that dies is back 6s later',
    'engine: rabbitmq',
    'engine: rabbitmq, restartTime: 9s',
  ],
  ['another engine', 'AWS publishes neither', 'engine: activemq', 'engine: rabbitmq'],
  [
    'a failover time that is given',
    'The standby has taken over 40s after',
    'engine: activemq, deploymentMode: activeStandbyMultiAz',
    'engine: activemq, deploymentMode: activeStandbyMultiAz, failoverTime: 1m',
  ],
  [
    'one node',
    'Transfer between zones is not billed',
    'engine: rabbitmq, deploymentMode: clusterMultiAz',
    'engine: rabbitmq',
  ],
])('%s takes an assumption away', (_, word, assuming, given) => {
  expect(has(said(`${assuming}, ${QUEUE}`), word)).toBe(true);
  expect(has(said(`${given}, ${QUEUE}`), word)).toBe(false);
});

test('a quorum queue in a cluster waits for an election', () => {
  const cluster = 'engine: rabbitmq, deploymentMode: clusterMultiAz';
  const quorum = 'queues: [{ name: q, kind: quorum }]';
  expect(has(said(`${cluster}, ${quorum}`), 'another leader 500ms after')).toBe(true);
  expect(has(said(`${cluster}, queues: [{ name: q, kind: classic }]`), 'another leader')).toBe(false);
  expect(has(said(`engine: rabbitmq, ${quorum}`), 'another leader')).toBe(false);
});

test('what is said of a protocol is said where it is spoken, by publisher or consumer', () => {
  const words = ['world of their own', 'is unconfirmed', 'not measured', 'tries a message that failed'];
  const which = (...parts: Parameters<typeof said>): boolean[] => words.map((word) => has(said(...parts), word));
  expect(which(`engine: rabbitmq, ${QUEUE}`)).toEqual([false, false, false, false]);
  expect(which(`engine: rabbitmq, ${QUEUE}, publish: { protocol: stomp }`)).toEqual([false, true, false, false]);
  expect(which(`engine: activemq, ${QUEUE}`)).toEqual([false, false, false, true]);
  expect(which(`engine: activemq, ${QUEUE}`, ', protocol: stomp')).toEqual([false, false, false, false]);
  const devices = 'publish: { protocol: mqtt, to: plant }';
  const reader = ', protocol: mqtt, queue: plant';
  expect(which(`engine: activemq, ${devices}`, reader)).toEqual([true, false, true, false]);
  expect(which(`engine: rabbitmq, ${devices}`, reader)).toEqual([true, true, false, false]);
});
