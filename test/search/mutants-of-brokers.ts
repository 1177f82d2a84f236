/** Bugs of brokers and of their clients that the search must find, each one text of one source replaced. */
import type { Mutant } from './mutants.ts';

const QUEUE = 'src/services/mq/broker/broker-queue.ts';
const CORE_CONSUMER = 'src/services/mq/broker/consumer.ts';
const READY = 'src/services/mq/broker/ready-list.ts';
const CLASSIC = 'src/services/mq/rabbitmq/classic-queue.ts';
const VHOST = 'src/services/mq/rabbitmq/vhost.ts';
const CHANNEL = 'src/services/mq/amqp/channel.ts';
const STORED = 'src/services/mq/activemq/stored-queue.ts';
const SUBSCRIPTION = 'src/services/mq/activemq/subscription.ts';
const SESSION = 'src/services/mq/mqtt/session.ts';
const MQTT = 'src/services/mq/mqtt/broker.ts';
const JMS = 'src/workload/mq/jms-session.ts';
const CONSUMER = 'src/workload/mq/consumer.ts';
const PRODUCER = 'src/workload/mq/producer.ts';

export const BROKER_MUTANTS: readonly Mutant[] = [
  // --- what survives ---
  {
    name: 'a message is confirmed before the disk has it',
    file: CLASSIC,
    find: 'else this.#store(leader, row, id, bytes, settled, tag);',
    replace: 'else { this.#store(leader, row, id, bytes, null, tag); settled?.onStored(tag); }',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'what the disk of a dead node had not written is confirmed',
    file: CLASSIC,
    find: 'const { settled, tag } = this.#writes.take();\n      settled?.onRefused(tag);',
    replace: 'const { settled, tag } = this.#writes.take();\n      settled?.onStored(tag);',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'persistent messages die with their node',
    file: QUEUE,
    find: 'const stays = keepsAll || this.isStored(row);',
    replace: 'const stays = keepsAll;',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'a standby does not find what was written last',
    file: STORED,
    find: 'if (row >= 0 && this.queue.holds(row, id)) this.queue.markStored(row);',
    replace: 'void row;',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'a sender is answered before the journal has its message',
    file: STORED,
    find: 'const record = new MessageRecord(this, id, message.bytes, waiter);',
    replace: 'const record = new MessageRecord(this, id, message.bytes, null);\n    waiter?.done();',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'a full queue confirms what it refuses',
    file: CLASSIC,
    find: "-1, 'maxlen');\n      settled?.onRefused(tag);",
    replace: "-1, 'maxlen');\n      settled?.onStored(tag);",
    breaks: ['no-loss', 'at-least-once'],
  },

  // --- what is given out ---
  {
    name: 'one more is sent ahead than the prefetch says',
    file: CORE_CONSUMER,
    find: 'this.inHand < this.prefetch',
    replace: 'this.inHand <= this.prefetch',
    breaks: ['prefetch'],
  },
  {
    name: 'what comes back goes behind all others',
    file: READY,
    find: 'this.#enter(row, Place.returned).returned.push(this.#rows.sequence[row] as number, row);',
    replace: 'this.append(row);',
    breaks: ['order'],
  },
  {
    name: 'a message that comes again is as new',
    file: QUEUE,
    find: 'const deliveries = (rows.deliveries[row] as number) + 1;',
    replace: 'const deliveries = 1;',
    breaks: ['redelivered'],
  },
  {
    name: 'what is sent to who does not acknowledge is kept for others',
    file: CHANNEL,
    find: 'if (noAck && this.#has(queue, row, tag, holder)) queue.messages.acknowledge(row);',
    replace: '',
    breaks: ['at-most-once'],
  },

  // --- what comes back, or is given up ---
  {
    name: 'what a lost connection had in hand stays there',
    file: CHANNEL,
    find: "this.#settleAll('return');\n    for (const { queue, holder } of this.#left) if (holder !== null) queue.messages.giveBack(holder);",
    replace: '',
    breaks: ['at-least-once'],
  },
  {
    name: 'what a lost consumer of ActiveMQ had in hand stays there',
    file: SUBSCRIPTION,
    find: 'queue.requeue(row, isCounted);',
    replace: 'void row;',
    breaks: ['at-least-once'],
  },
  {
    name: 'an acknowledgement of all before a message is for the one behind it too',
    file: CHANNEL,
    find: 'else if (multiple) this.#settleUpTo(all ? Number.POSITIVE_INFINITY : deliveryTag, settlement);',
    replace: 'else if (multiple) this.#settleUpTo(all ? Number.POSITIVE_INFINITY : deliveryTag + 1, settlement);',
    breaks: ['no-loss', 'prefetch'],
  },
  {
    name: 'a message is given up one delivery too late',
    file: QUEUE,
    find: '> this.#deliveryLimit)',
    replace: '> this.#deliveryLimit + 1)',
    breaks: ['delivery-limit'],
  },
  {
    name: 'a message is given up one delivery too early',
    file: QUEUE,
    find: '> this.#deliveryLimit)',
    replace: '>= this.#deliveryLimit)',
    breaks: ['delivery-limit'],
  },
  {
    name: 'a dead letter goes nowhere',
    file: VHOST,
    find: 'target.publish(input, to.number, deaths, null, 0);',
    replace: '',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'what is too old is dropped, whatever dead letters there are',
    file: VHOST,
    find: "reason === 'rejected' || reason === 'expired' || reason",
    replace: "reason === 'rejected' || reason",
    breaks: ['no-loss', 'at-least-once'],
  },

  // --- MQTT ---
  {
    name: 'what was under way with QoS 1 is not sent again',
    file: SESSION,
    find: 'inflight.sent[place] = (inflight.sent[place] as number) + 1;\n        this.#publish(place);',
    replace: '',
    breaks: ['at-least-once'],
  },
  {
    name: 'a session keeps nothing for a client that is away',
    file: SESSION,
    find: 'if (goesNow) this.#send(copy);\n    else this.#waiting.push(copy);',
    replace: 'if (goesNow) this.#send(copy);\n    else if (this.connection !== null) this.#waiting.push(copy);',
    breaks: ['at-least-once'],
  },
  {
    name: 'a publish with QoS 2 is handed on when it comes and when it is released',
    file: MQTT,
    find: 'session.received.set(packetId, TAKEN);',
    replace:
      'session.received.set(packetId, copyOf(this.#messages.take(topic, body, bytes, this.#nextMessage++, this.#sim.now), qos, retain));',
    breaks: ['exactly-once'],
  },

  // --- clients ---
  {
    name: 'a consumer acknowledges before it has worked',
    file: CONSUMER,
    find: 'this.#handler.handle(worker.index, 0);',
    replace:
      'if (instance.connection.acknowledges) this.#settle(worker, true);\n    this.#handler.handle(worker.index, 0);',
    breaks: ['no-loss'],
  },
  {
    name: 'a publisher takes a lost line for a yes',
    file: PRODUCER,
    find: 'this.#tellUnknown(slot);\n        this.#answer(slot, Outcome.failed, false);',
    replace: 'this.#answer(slot, Outcome.ok, true);',
    breaks: ['no-loss', 'at-least-once'],
  },
  {
    name: 'a JMS client gives up one delivery too early',
    file: JMS,
    find: 'redeliveryCounter > maximumRedeliveries',
    replace: 'redeliveryCounter >= maximumRedeliveries',
    breaks: ['delivery-limit'],
  },
  {
    name: 'a JMS client gives up one delivery too late',
    file: JMS,
    find: 'redeliveryCounter > maximumRedeliveries',
    replace: 'redeliveryCounter > maximumRedeliveries + 1',
    breaks: ['delivery-limit'],
  },
];
