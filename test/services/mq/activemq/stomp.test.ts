/** ActiveMQ over STOMP: each of these was asked of ActiveMQ 5.17.2 with the same frames, and answered so. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Simulation } from '../../../../src/kernel/index.ts';
import { ActiveMqBroker } from '../../../../src/services/mq/activemq/broker.ts';
import { stompOverActiveMq } from '../../../../src/services/mq/activemq/stomp-session.ts';
import { StompBroker } from '../../../../src/services/mq/stomp/connection.ts';
import type { ConnectFrame } from '../../../../src/services/mq/stomp/operations.ts';
import { drain, message, StompClient } from '../stomp/client.ts';

let sim: Simulation;
let broker: ActiveMqBroker;
let stomp: StompBroker;

beforeEach(() => {
  sim = new Simulation({ seed: 1 });
  broker = new ActiveMqBroker(sim);
  stomp = new StompBroker(sim, stompOverActiveMq(broker));
});

const client = (frame: ConnectFrame = {}): StompClient => new StompClient(stomp, frame);
const left = (destination: string): string => drain(stomp, destination);

describe('rows of brokers.md', () => {
  test('an ACK of mode client is cumulative: of three the second is acknowledged, the line is cut, the third is left and flagged', () => {
    client().send('/queue/a', 1, 2, 3);
    const one = client().subscribe('/queue/a', { ack: 'client' });
    one.ack(2);
    one.frames.cut();
    expect(one.told).toBe('1 2 3');
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

test('an ACK of nothing is an ERROR, and the line stays', () => {
  const one = client().subscribe('/queue/a');
  one.frames.ACK(17);
  one.frames.SEND('/queue/b', message(1), 5);
  expect(one.errors).toHaveLength(1);
  expect(one.closed).toBeNull();
  expect(one.receipts).toEqual([5]);
});

test.each(['client', 'client-individual'] as const)(
  'a NACK of mode %s is of one message, which goes to the dead letters',
  (ack) => {
    client().send('/queue/a', 1, 2, 3);
    const one = client().subscribe('/queue/a', { ack });
    one.nack(2, 7);
    expect(one.receipts).toEqual([7]);
    one.frames.cut();
    expect(left('/queue/a')).toBe('1R 3R');
    expect(left('/queue/ActiveMQ.DLQ')).toBe('2');
  },
);

test('a NACK of a message that is not persistent: it is gone', () => {
  const one = client().subscribe('/queue/a');
  one.frames.SEND('/queue/a', message(1, { persistent: false }));
  one.nack(1);
  one.frames.cut();
  expect(left('/queue/a')).toBe('');
  expect(left('/queue/ActiveMQ.DLQ')).toBe('');
});

test('an ACK after the UNSUBSCRIBE has its receipt and changes nothing, and a second one is an ERROR', () => {
  client().send('/queue/a', 1);
  const one = client().subscribe('/queue/a');
  one.frames.UNSUBSCRIBE(1);
  one.ack(1, 7);
  expect([one.receipts, one.errors]).toEqual([[7], []]);
  one.ack(1, 8);
  expect(one.errors).toHaveLength(1);
  expect(left('/queue/a')).toBe('1R');
});

test('ABORT: what was sent is not there, what was acknowledged can be acknowledged again', () => {
  client().send('/queue/a', 1, 2, 3);
  const one = client().subscribe('/queue/a');
  one.frames.BEGIN(1);
  one.ack(1, -1, 1);
  one.frames.SEND('/queue/b', message(9), 4, 1);
  one.frames.ABORT(1, 5);
  one.ack(1, 6);
  expect(one.errors).toEqual([]);
  expect(one.receipts).toEqual([4, 5, 6]);
  one.frames.cut();
  expect(left('/queue/a')).toBe('2R 3R');
  expect(left('/queue/b')).toBe('');
});

test('COMMIT: what was sent is there, what was acknowledged is gone', () => {
  client().send('/queue/a', 1, 2, 3);
  const one = client().subscribe('/queue/a', { ack: 'client' });
  one.frames.BEGIN(1);
  one.ack(2, -1, 1);
  one.frames.SEND('/queue/b', message(9), -1, 1);
  expect(broker.sizeOf('queue://b')).toBe(0);
  one.frames.COMMIT(1, 5);
  one.frames.cut();
  expect(one.receipts).toEqual([5]);
  expect(left('/queue/a')).toBe('3R');
  expect(left('/queue/b')).toBe('9');
});

test('a NACK in a transaction is an ERROR, and so is its COMMIT: all comes back', () => {
  client().send('/queue/a', 1, 2);
  const one = client().subscribe('/queue/a');
  one.frames.BEGIN(1);
  one.nack(1, -1, 1);
  one.frames.COMMIT(1, 5);
  expect(one.errors).toEqual(['Poison ack cannot be transacted', 'Transaction marked rollback only']);
  expect(one.receipts).toEqual([]);
  one.frames.cut();
  expect(left('/queue/a')).toBe('1R 2R');
  expect(left('/queue/ActiveMQ.DLQ')).toBe('');
});

test('a prefetch of two: the third comes after the first is acknowledged; an UNSUBSCRIBE gives back what is in hand, flagged', () => {
  client().send('/queue/a', 1, 2, 3, 4, 5);
  const one = client().subscribe('/queue/a', { prefetch: 2 });
  expect(one.told).toBe('1 2');
  one.ack(1);
  expect(one.told).toBe('1 2 3');
  one.frames.UNSUBSCRIBE(1, 3);
  expect(one.receipts).toEqual([3]);
  expect(left('/queue/a')).toBe('2R 3R 4 5');
});

test('two consumers are given messages in turn', () => {
  const [one, two] = [client().subscribe('/queue/a'), client().subscribe('/queue/a')];
  client().send('/queue/a', 0, 1, 2, 3, 4, 5);
  expect(one.told).toBe('0 2 4');
  expect(two.told).toBe('1 3 5');
});

test('a message group is one consumer’s, and another’s in its order when that one is gone [mq.order-activemq]', () => {
  const [one, two] = [client().subscribe('/queue/a'), client().subscribe('/queue/a')];
  const sender = client();
  for (let i = 0; i < 8; i++) sender.frames.SEND('/queue/a', message(i, { group: i % 2 }));
  expect(one.told).toBe('0 2 4 6');
  expect(two.told).toBe('1 3 5 7');
  one.frames.cut();
  expect(two.told).toBe('1 3 5 7 0R 2R 4R 6R');
});

test('a virtual topic has a copy for each of its queues, also while nobody consumes', () => {
  const one = client().subscribe('/queue/Consumer.A.VirtualTopic.X', { ack: 'auto' });
  client().send('/topic/VirtualTopic.X', 1, 2);
  expect(one.told).toBe('1 2');
  one.frames.cut();
  client().send('/topic/VirtualTopic.X', 3);
  expect(left('/queue/Consumer.A.VirtualTopic.X')).toBe('3');
});

test('a topic is heard by who is there, a durable subscriber has what came meanwhile [mq.topics]', () => {
  const durable = { ack: 'client-individual', durableName: 's' } as const;
  const one = client({ clientId: 'c' }).subscribe('/topic/t', durable);
  const other = client().subscribe('/topic/t');
  client().send('/topic/t', 1, 2);
  expect([one.told, other.told]).toEqual(['1 2', '1 2']);
  one.frames.cut();
  other.frames.cut();
  client().send('/topic/t', 3);
  const again = client({ clientId: 'c' }).subscribe('/topic/t', durable);
  // What it had in hand comes again, not flagged.
  expect(again.told).toBe('1 2 3');
  expect(client().subscribe('/topic/t').told).toBe('');
});

test('a durable subscription that ends for good has nothing any more; one that just leaves does', () => {
  const durable = { durableName: 's', ack: 'auto' } as const;
  const heard = (isForGood: boolean): string => {
    const one = client({ clientId: 'c' }).subscribe('/topic/t', durable);
    one.frames.UNSUBSCRIBE(1, 5, isForGood);
    client().send('/topic/t', 1);
    one.subscribe('/topic/t', durable);
    one.frames.DISCONNECT();
    return `${one.receipts.join()} ${one.told}`;
  };
  expect([heard(false), heard(true)]).toEqual(['5 1', '5 ']);
});

test('a subscription that was refused is none', () => {
  const one = client().subscribe('/nowhere/x');
  one.frames.UNSUBSCRIBE(1);
  expect(one.errors).toHaveLength(2);
});

test('a client id that another has is an ERROR, and the line is closed', () => {
  const one = client({ clientId: 'c' });
  const two = client({ clientId: 'c' });
  expect(one.isConnected).toBe(true);
  expect(two.isConnected).toBe(false);
  expect(two.errors).toHaveLength(1);
  expect(two.closed).not.toBeNull();
});

test('a kill: what is persistent is there, not flagged; the rest, and open transactions, are gone [mq.survives-failover]', () => {
  const durable = { durableName: 's' };
  client({ clientId: 'c' }).subscribe('/topic/t', durable).frames.DISCONNECT();
  client()
    .send('/topic/t', 2)
    .frames.SEND('/topic/t', message(4, { persistent: false }));
  const sender = client().send('/queue/a', 1, 2, 3);
  sender.frames.SEND('/queue/a', message(4, { persistent: false }));
  const one = client().subscribe('/queue/a', { prefetch: 2 });
  one.ack(1);
  sender.frames.BEGIN(1);
  sender.frames.SEND('/queue/a', message(9), 8, 1);
  expect(sender.receipts).toEqual([8]);
  broker.kill();
  expect(one.closed).not.toBeNull();
  expect(stomp.connect(one)).toBeNull();
  broker.restart();
  sim.run();
  expect(left('/queue/a')).toBe('2 3');
  expect(client({ clientId: 'c' }).subscribe('/topic/t', durable).told).toBe('2');
});

test('what is too old goes to the dead letters', () => {
  const one = client();
  for (const body of [1, 2, 3]) one.frames.SEND('/queue/a', message(body, { expirationMs: 300 }));
  one.send('/queue/a', 4);
  sim.run();
  expect(left('/queue/a')).toBe('4');
  expect(left('/queue/ActiveMQ.DLQ')).toBe('1 2 3');
});

test('what is too old behind others goes when the broker looks, each 30 seconds', () => {
  const one = client().send('/queue/a', 1);
  one.frames.SEND('/queue/a', message(2, { expirationMs: 300 }));
  sim.run({ until: 29_000_000 });
  expect(broker.sizeOf('queue://a')).toBe(2);
  sim.run({ until: 30_000_000 });
  expect([left('/queue/a'), left('/queue/ActiveMQ.DLQ')]).toEqual(['1', '2']);
});

test('what makes no sense is an ERROR each, and the line stays', () => {
  const one = client();
  one.frames.BEGIN(1);
  one.frames.BEGIN(1);
  one.frames.COMMIT(2);
  one.frames.UNSUBSCRIBE(77);
  one.frames.SEND('orders', message(1));
  expect(one.errors).toHaveLength(4);
  expect(one.closed).toBeNull();
});

test('an exclusive consumer is given all, and another only when it has left', () => {
  client().send('/queue/a', 1, 2, 3, 4);
  const one = client().subscribe('/queue/a', { isExclusive: true, prefetch: 1 });
  const two = client().subscribe('/queue/a');
  expect([one.told, two.told]).toEqual(['1', '']);
  one.frames.cut();
  expect(two.told).toBe('1R 2 3 4');
});

test('priorities are heeded only where the broker is told to', () => {
  const priorities = [1, 9, 4, 7];
  const send = (): void => {
    const one = client();
    for (const priority of priorities) one.frames.SEND('/queue/a', message(priority, { priority }));
    one.send('/queue/a', 0);
  };
  send();
  expect(left('/queue/a')).toBe('1 9 4 7 0');
  broker = new ActiveMqBroker(sim, { prioritizedMessages: true });
  stomp = new StompBroker(sim, stompOverActiveMq(broker));
  send();
  // None given is 4.
  expect(left('/queue/a')).toBe('9 7 4 0 1');
});

test('a message that is taken and never acknowledged comes for ever: no broker counts', () => {
  client().send('/queue/a', 1);
  for (let i = 0; i < 9; i++) {
    const one = client().subscribe('/queue/a');
    expect(one.told).toBe(i === 0 ? '1' : '1R');
    one.frames.cut();
  }
});

test('mode auto: what was sent is gone, whatever becomes of the line', () => {
  client().send('/queue/a', 1, 2);
  client().subscribe('/queue/a', { ack: 'auto' }).frames.cut();
  expect(left('/queue/a')).toBe('');
});

test('a client that promised heart-beats and is silent is cut off, and what it has comes back', () => {
  client().send('/queue/a', 1);
  const one = client({ heartBeatMs: [1000, 0] }).subscribe('/queue/a');
  sim.run({ until: 900_000 });
  one.frames.heartBeat();
  sim.run({ until: 1_800_000 });
  expect(one.closed).toBeNull();
  sim.run({ until: 1_900_001 });
  expect(one.closed).toBe('no heart-beat');
  expect(left('/queue/a')).toBe('1R');
});

test('DISCONNECT: its receipt comes last, then the line is closed', () => {
  const one = client();
  one.frames.SEND('/queue/a', message(1), 1);
  one.frames.DISCONNECT(2);
  expect(one.receipts).toEqual([1, 2]);
  expect(one.closed).toBe('disconnected');
});
