/** RabbitMQ over STOMP: each of these was asked of RabbitMQ 3.10.8 with the same frames, and answered so. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Simulation } from '../../../../src/kernel/index.ts';
import { RabbitBroker } from '../../../../src/services/mq/rabbitmq/rabbit-broker.ts';
import { rabbitSettings } from '../../../../src/services/mq/rabbitmq/settings.ts';
import { stompOverRabbitMq } from '../../../../src/services/mq/rabbitmq/stomp-session.ts';
import { StompBroker } from '../../../../src/services/mq/stomp/connection.ts';
import { drain, message, StompClient } from './client.ts';

let rabbit: RabbitBroker;
let stomp: StompBroker;

beforeEach(() => {
  const sim = new Simulation({ seed: 1 });
  rabbit = new RabbitBroker(sim, rabbitSettings());
  stomp = new StompBroker(sim, stompOverRabbitMq(rabbit));
});

const client = (): StompClient => new StompClient(stomp);
const left = (destination: string): string => drain(stomp, destination);

describe('rows of brokers.md', () => {
  test('an ACK of mode client is cumulative: of three the second is acknowledged, the line is cut, the third is left and flagged', () => {
    client().send('/queue/a', 1, 2, 3);
    const one = client().subscribe('/queue/a', { ack: 'client' });
    one.ack(2);
    one.frames.cut();
    expect(left('/queue/a')).toBe('3R');
  });

  test('an ACK of mode client-individual is of one message: the first and the third are left, flagged', () => {
    client().send('/queue/a', 1, 2, 3);
    const one = client().subscribe('/queue/a');
    one.ack(2);
    one.frames.cut();
    expect(left('/queue/a')).toBe('1R 3R');
  });
});

test('a cumulative ACK reaches over all subscriptions of its connection', () => {
  client().send('/queue/a', 1, 2).send('/queue/b', 3, 4);
  const one = client().subscribe('/queue/a', { ack: 'client' }).subscribe('/queue/b', { ack: 'client', id: 2 });
  one.ack(4);
  one.frames.cut();
  expect([left('/queue/a'), left('/queue/b')]).toEqual(['', '']);
});

test('an ACK of nothing is an ERROR, and the line stays; of what was settled before, it is closed', () => {
  client().send('/queue/a', 1, 2, 3);
  const one = client().subscribe('/queue/a');
  one.frames.ACK(17);
  expect([one.errors.length, one.closed]).toEqual([1, null]);
  one.ack(1);
  one.ack(1);
  expect(one.errors).toHaveLength(2);
  expect(one.closed).not.toBeNull();
  expect(left('/queue/a')).toBe('2R 3R');
});

test('a NACK puts back, unless its header says no; of mode client it is cumulative', () => {
  client().send('/queue/a', 1, 2);
  const one = client().subscribe('/queue/a');
  one.nack(1);
  expect(one.told).toBe('1 2 1R');
  one.frames.NACK(one.acks.get(2) as number, 7, -1, false);
  expect(one.receipts).toEqual([7]);
  one.frames.cut();
  expect(left('/queue/a')).toBe('1R');
  client().send('/queue/a', 1, 2, 3);
  const two = client().subscribe('/queue/a', { ack: 'client' });
  two.frames.NACK(two.acks.get(2) as number, -1, -1, false);
  two.frames.cut();
  expect(left('/queue/a')).toBe('3R');
});

test('frames of a transaction are played at COMMIT: receipts of sends come then, and ABORT forgets them', () => {
  client().send('/queue/a', 1, 2, 3);
  const one = client().subscribe('/queue/a');
  one.frames.BEGIN(1);
  one.ack(1, -1, 1);
  one.frames.SEND('/queue/b', message(9), 4, 1);
  expect(one.receipts).toEqual([]);
  one.frames.ABORT(1, 5);
  one.ack(1, 6);
  one.frames.BEGIN(2);
  one.frames.NACK(one.acks.get(2) as number, -1, 2, false);
  one.frames.SEND('/queue/b', message(8), 7, 2);
  one.frames.COMMIT(2, 8);
  expect(one.errors).toEqual([]);
  expect(one.receipts).toEqual([5, 6, 7, 8]);
  one.frames.cut();
  expect([left('/queue/a'), left('/queue/b')]).toEqual(['3R', '8']);
});

test('what makes no sense is an ERROR each, and the line stays; BEGIN twice begins anew', () => {
  const one = client();
  one.frames.BEGIN(1);
  one.frames.BEGIN(1);
  expect(one.errors).toEqual([]);
  one.frames.COMMIT(2);
  one.frames.UNSUBSCRIBE(77);
  one.frames.SEND('/nowhere/x', message(1));
  expect([one.errors.length, one.closed]).toEqual([3, null]);
});

test('a second subscription of the same id, a queue or an exchange that is not there: an ERROR, and the line is closed', () => {
  const closes = (act: (one: StompClient) => void): boolean => {
    const one = client();
    act(one);
    return one.errors.length === 1 && one.closed !== null;
  };
  expect(closes((one) => one.subscribe('/queue/a').subscribe('/queue/a'))).toBe(true);
  expect(closes((one) => one.subscribe('/amq/queue/none'))).toBe(true);
  expect(closes((one) => one.send('/exchange/none/key', 1))).toBe(true);
});

test('what is in hand stays so after UNSUBSCRIBE, can’t be settled any more, and comes back with the end of the line', () => {
  client().send('/queue/a', 1, 2, 3, 4);
  const one = client().subscribe('/queue/a', { ack: 'client', prefetch: 2 });
  expect(one.told).toBe('1 2');
  one.frames.UNSUBSCRIBE(1, 3);
  expect(left('/queue/a')).toBe('3 4');
  one.ack(2);
  expect([one.errors, one.closed]).toEqual([['Subscription not found'], null]);
  one.frames.cut();
  expect(left('/queue/a')).toBe('1R 2R');
});

test('a topic’s key may be a pattern, an exchange’s is its own; both are heard by who is there', () => {
  const one = client().subscribe('/topic/x.*', { ack: 'auto' });
  const two = client().subscribe('/exchange/amq.direct/k', { ack: 'auto' });
  client().send('/topic/x.y', 1).send('/topic/x.y.z', 2).send('/exchange/amq.direct/k', 3);
  expect([one.told, two.told]).toEqual(['1', '3']);
});

test('a durable subscription has what came meanwhile, and what was in hand flagged; it ends when it is told to', () => {
  const durable = { ack: 'client', durableName: 's' } as const;
  const one = client().subscribe('/topic/d', durable);
  client().send('/topic/d', 1);
  one.frames.cut();
  client().send('/topic/d', 2);
  const two = client().subscribe('/topic/d', durable);
  expect(two.told).toBe('1R 2');
  two.frames.UNSUBSCRIBE(1, -1, true);
  expect(client().subscribe('/topic/d', durable).told).toBe('');
});

test('a node that is killed closes its lines without an ERROR; durable queues have what is persistent', () => {
  const one = client().send('/queue/a', 1);
  one.frames.SEND('/queue/a', message(2, { persistent: false }));
  rabbit.kill(0);
  expect(one.errors).toEqual([]);
  expect(one.closed).not.toBeNull();
  expect(stomp.connect(one)).toBeNull();
  rabbit.start(0);
  expect(left('/queue/a')).toBe('1R');
});
