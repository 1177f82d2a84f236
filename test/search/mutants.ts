/**
 * Bugs that the search must find: each is one text of one source replaced, as somebody tired might have written it, and names the guarantees of
 * which it must be found to break one.
 */
import type { Mutation } from '../support/mutant.ts';

export interface Mutant extends Mutation {
  /** Names of guarantees: the first run that breaks anything must break one of them. */
  readonly breaks: readonly string[];
}

const CORE = 'src/services/sqs/queue-core.ts';
const STANDARD = 'src/services/sqs/standard-queue.ts';
const FIFO = 'src/services/sqs/fifo-queue.ts';
const GROUPS = 'src/services/sqs/message-groups.ts';
const FAIR = 'src/services/sqs/fair-queue.ts';
const RECORDS = 'src/services/sqs/receive-records.ts';
const MOVES = 'src/services/sqs/move-tasks.ts';
const DEDUPLICATION = 'src/services/messaging/deduplication.ts';
const TOPIC = 'src/services/sns/topic.ts';
const MATCH = 'src/services/sns/filter/match.ts';
const ENDPOINTS = 'src/workload/sns-endpoints.ts';
const CONSUMER = 'src/workload/consumer.ts';
const MAPPING = 'src/workload/lambda-mapping.ts';
const CLIENT = 'src/workload/sqs-client.ts';
const PRODUCER = 'src/workload/producer.ts';
const TARGET = 'src/workload/sqs-target.ts';
const STREAM = 'src/services/kinesis/stream.ts';
const SHARD = 'src/services/kinesis/shard.ts';
const SHARDS = 'src/services/kinesis/shards.ts';
const RECORD_LOG = 'src/services/kinesis/record-log.ts';
const FAN_OUT = 'src/services/kinesis/fan-out.ts';
const STREAM_CONSUMER = 'src/workload/stream-consumer.ts';

/** Sources of which the bugs of streams are. */
export const OF_STREAMS = /kinesis|stream-|shard-|kcl-/;

/** The search with a bug. */
export const MUTANTS: readonly Mutant[] = [
  // --- queues: who has a message, and for how long ---
  {
    name: 'a message is hidden for half its time',
    file: CORE,
    find: 'if (visibilityUs > 0) this.visibility.arm(record, visibilityUs);',
    replace: 'if (visibilityUs > 0) this.visibility.arm(record, Math.ceil(visibilityUs / 2));',
    breaks: ['visibility'],
  },
  {
    name: 'a change of visibility counts from the receive',
    file: CORE,
    find: 'else this.visibility.arm(record, timeoutUs);',
    replace:
      'else this.visibility.arm(record, Math.max(1, (records.receivedUs[record] as number) + timeoutUs - this.sim.now));',
    breaks: ['visibility'],
  },
  {
    name: 'a stale receipt handle is as good as the newest',
    file: RECORDS,
    find: 'return generation === newest && this.stage[record]',
    replace: 'return generation <= newest && this.stage[record]',
    breaks: ['visibility', 'group-lock', 'deletion', 'no-loss'],
  },
  {
    name: 'a receive is counted once only',
    file: CORE,
    find: 'return receives + 1;',
    replace: 'return Math.max(1, receives);',
    breaks: ['receive-count'],
  },
  {
    name: 'one more may be in flight than the limit says',
    file: CORE,
    find: 'return this.settings.maxInFlight - this.inFlight;',
    replace: 'return this.settings.maxInFlight - this.inFlight + 1;',
    breaks: ['in-flight'],
  },
  {
    name: 'the delay of a standard queue is forgotten',
    file: CORE,
    find: 'return DelaySeconds < 0 ? this.delayUs : toUs(DelaySeconds);',
    replace: 'return toUs(Math.max(0, DelaySeconds));',
    breaks: ['delay'],
  },
  {
    name: 'a FIFO queue delays only the first of a group',
    file: FIFO,
    find: 'const isDelayed = this.delayUs > 0;',
    replace: 'const isDelayed = this.delayUs > 0 && groups.isEmpty(group);',
    breaks: ['delay'],
  },
  {
    name: 'a message whose delay is over is not offered to anybody',
    file: STANDARD,
    find: 'this.delayed--;\n    this.visible++;\n    this.fresh.append(slot);',
    replace: 'this.delayed--;\n    this.visible++;',
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'retention is looked after once, and never again',
    file: CORE,
    find: '    if (expired > 0) this.metrics.expired.add(expired);\n    this.scheduleRetention();',
    replace: '    if (expired > 0) this.metrics.expired.add(expired);',
    breaks: ['retention'],
  },
  {
    name: 'levels are not reported after a delete',
    file: CORE,
    find: '      this.billing.delete();\n    }\n    this.report();\n    return error;',
    replace: '      this.billing.delete();\n    }\n    return error;',
    breaks: ['littles-law'],
  },

  // --- queues: deletes ---
  {
    name: 'the last of a batch of deletes is not deleted',
    file: CORE,
    find: 'const error = this.delete(handles[i] as number);',
    replace: 'const error = i > 0 && i === count - 1 ? null : this.delete(handles[i] as number);',
    breaks: ['deletion', 'exactly-once'],
  },
  {
    name: 'what was received twice is deleted at one server only',
    file: STANDARD,
    find: 'if (share === 0) return false;',
    replace: 'if (share === 0) return this.receivesHere(record) > 1;',
    breaks: ['deletion', 'exactly-once'],
  },

  // --- queues: dead letters ---
  {
    name: 'a message goes to the dead-letter queue one receive too early',
    file: CORE,
    find: 'receives > redrive.maxReceiveCount',
    replace: 'receives >= redrive.maxReceiveCount',
    breaks: ['dead-letters'],
  },
  {
    name: 'a message goes to the dead-letter queue one receive too late',
    file: CORE,
    find: 'receives > redrive.maxReceiveCount',
    replace: 'receives > redrive.maxReceiveCount + 1',
    breaks: ['redrive'],
  },
  {
    name: 'a dead letter without a group goes nowhere',
    file: STANDARD,
    find: 'this.metrics.moved.add(1);',
    replace: 'this.metrics.moved.add(1);\n    if (groupId < 0) return;',
    breaks: ['no-loss', 'at-least-once', 'exactly-once'],
  },
  {
    name: 'a dead letter forgets its receives on the way',
    file: STANDARD,
    find: 'records.receives[record] = receiveCount;',
    replace: 'records.receives[record] = 0;',
    breaks: ['dead-letters'],
  },
  {
    name: 'a dead letter of a FIFO queue forgets its receives on the way',
    file: FIFO,
    find: 'records.receives[record] = past.receives;',
    replace: 'records.receives[record] = 0;',
    breaks: ['dead-letters'],
  },

  // --- FIFO queues ---
  {
    name: 'a group whose last message is in hand counts as empty',
    file: FIFO,
    find: 'this.groups.appendRecord(group, record);',
    replace: 'if (!this.groups.isEmpty(group)) this.groups.appendRecord(group, record);',
    breaks: ['group-lock'],
  },
  {
    name: 'the lock of a group is released by whichever of its messages is deleted first',
    file: FIFO,
    find: '        groups.removeRecord(group, record);',
    replace: '        groups.firstRecord[group] = records.groupNext[record] as number;',
    breaks: ['group-lock'],
  },
  {
    name: 'the newest of a group goes first',
    file: GROUPS,
    find: 'if (this.firstFresh[group] === NONE) this.firstFresh[group] = slot;',
    replace:
      'this.#store.setLink(slot, this.firstFresh[group] as number);\n    if (slot !== NONE) this.firstFresh[group] = slot;',
    breaks: ['order', 'group-lock'],
  },
  {
    name: 'the second of a group that waits is overwritten by the third',
    file: GROUPS,
    find: 'this.#lastFresh[group] = slot;',
    replace: 'if (this.firstFresh[group] === slot) this.#lastFresh[group] = slot;',
    breaks: ['at-least-once', 'exactly-once', 'no-loss'],
  },
  {
    name: 'a message bears its place in the answer as its sequence number',
    file: FIFO,
    find: 'output.SequenceNumber[i] = page.ordinal[row] as number;',
    replace: 'output.SequenceNumber[i] = i;',
    breaks: ['order', 'group-lock'],
  },
  {
    name: 'the deduplication window counts from the last send, not the first',
    file: DEDUPLICATION,
    find: 'if (table[i + 1] === code && this.#id[at] === id && this.#scope[at] === scope) return this.#message[at] as number;',
    replace:
      'if (table[i + 1] === code && this.#id[at] === id && this.#scope[at] === scope) {\n        this.#acceptedUs[at] = nowUs;\n        return this.#message[at] as number;\n      }',
    breaks: ['deduplication'],
  },
  {
    name: 'a deduplication window has no end',
    file: DEDUPLICATION,
    find: 'this.#forget(nowUs);\n',
    replace: '',
    breaks: ['deduplication'],
  },
  {
    name: 'a queue knows no message again',
    file: FIFO,
    find: 'if (known >= 0) {',
    replace: 'if (known > this.nextOrdinal) {',
    breaks: ['deduplication', 'exactly-once'],
  },
  {
    name: 'a queue forgets deduplication ids when a message is deleted',
    file: FIFO,
    find: 'this.deleted++;\n    this.drop(slot);',
    replace: 'this.deleted++;\n    this.deduplication.clear();\n    this.drop(slot);',
    breaks: ['deduplication', 'exactly-once'],
  },
  {
    name: 'in a group duplicates are looked for within one call only',
    file: FIFO,
    find: '? WHOLE_QUEUE : groupId;',
    replace: '? WHOLE_QUEUE : this.#call;',
    breaks: ['deduplication', 'exactly-once'],
  },

  // --- fair queues, move tasks, sends ---
  {
    name: 'what was set aside of a noisy tenant is never taken',
    file: FAIR,
    find: 'return quiet === NONE ? this.#takeNoisy(false) : quiet;',
    replace: 'return quiet;',
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'a move task deletes only the first of what it took',
    file: CORE,
    find: 'this.delete(handles[i] as number);\n      this.observer',
    replace: 'if (moved === 0) this.delete(handles[i] as number);\n      this.observer',
    breaks: ['deletion', 'exactly-once'],
  },
  {
    name: 'a move task deletes the last of a batch, and has not sent it',
    file: MOVES,
    find: 'const output = target.queue.SendMessageBatch(this.#batch, this.#batch.length);',
    replace:
      'const output = target.queue.SendMessageBatch(this.#batch, Math.max(1, this.#batch.length - 1));\n    output.entryErrors[this.#batch.length - 1] = null;',
    breaks: ['exactly-once', 'no-loss'],
  },
  {
    name: 'a moved message has its number for a deduplication id',
    file: MOVES,
    find: 'return MOVED_IDS + MessageId;',
    replace: 'return MessageId % 1_000_000;',
    breaks: ['exactly-once', 'deduplication'],
  },
  {
    name: 'the last of a batch of sends is acknowledged and not taken',
    file: CORE,
    find: 'if (this.enqueue(entry)) sent++;',
    replace: 'if ((i === 0 || i < count - 1) && this.enqueue(entry)) sent++;',
    breaks: ['exactly-once', 'no-loss', 'deduplication'],
  },

  // --- topics ---
  {
    name: 'a topic forgets its last subscription',
    file: TOPIC,
    find: "one.state === 'confirmed' && one.wants(kind, kinds));",
    replace: "one.state === 'confirmed' && one.wants(kind, kinds)).slice(0, -1);",
    breaks: ['fan-out', 'exactly-once'],
  },
  {
    name: 'a topic does not look at its subscriptions again when one comes or goes',
    file: TOPIC,
    find: '#recount(): void {\n    this.#routes.length = 0;',
    replace: '#recount(): void {',
    breaks: ['fan-out'],
  },
  {
    name: 'a topic goes on delivering to who has unsubscribed',
    file: TOPIC,
    find: "subscription.state = 'deleted';",
    replace: '',
    breaks: ['fan-out', 'conservation'],
  },
  {
    name: 'a topic delivers what the filter keeps back',
    file: TOPIC,
    find: "one.state === 'confirmed' && one.wants(kind, kinds)",
    replace: "one.state === 'confirmed'",
    breaks: ['fan-out', 'conservation'],
  },
  {
    name: 'a topic drops what it gives up, whatever dead-letter queue there is',
    file: TOPIC,
    find: 'if (deadLetterQueue === null) this',
    replace: 'if (deadLetterQueue !== undefined) this',
    breaks: ['no-loss'],
  },
  {
    name: 'a topic takes a retry for made that it did not make',
    file: TOPIC,
    find: 'endpoint.deliver(this.#fill(slot)',
    replace: '(d.failures[slot] as number) > 0 ? this.onDelivery(slot, Outcome.ok) : endpoint.deliver(this.#fill(slot)',
    breaks: ['fan-out', 'conservation', 'exactly-once'],
  },
  {
    name: 'a lane of a topic does not wait for what is tried again',
    file: TOPIC,
    find: 'this.#join(subscription, input.MessageGroupId ?? NONE, slot',
    replace: 'this.#join(subscription, slot, slot',
    breaks: ['order'],
  },
  {
    name: 'a topic knows no message again',
    file: TOPIC,
    find: 'if (original >= 0) {',
    replace: 'if (original > id) {',
    breaks: ['deduplication', 'exactly-once'],
  },
  {
    name: 'a topic sends each message to a queue twice',
    file: ENDPOINTS,
    find: 'const { error, MessageId, SequenceNumber = -1 } =',
    replace: 'this.#queue.SendMessage(input);\n    const { error, MessageId, SequenceNumber = -1 } =',
    breaks: ['exactly-once', 'littles-law'],
  },

  // --- filters ---
  {
    name: 'a filter forgets $or',
    file: MATCH,
    find: 'for (const branches of ors) {',
    replace: 'for (const branches of ors.slice(ors.length)) {',
    breaks: ['fan-out', 'conservation'],
  },
  {
    name: 'a filter wants all branches of an $or',
    file: MATCH,
    find: 'compiled.some((branch) => branch(values))',
    replace: 'compiled.every((branch) => branch(values))',
    breaks: ['fan-out'],
  },
  {
    name: 'a filter ignores anything-but',
    file: MATCH,
    find: 'return (value) => !excluded.has(value);',
    replace: 'return (value) => !excluded.has(value) || excluded.size > 0;',
    breaks: ['fan-out', 'conservation'],
  },
  {
    name: 'a filter wants all patterns of a key',
    file: MATCH,
    find: 'tests.some((test) => test(value))',
    replace: 'tests.every((test) => test(value))',
    breaks: ['fan-out'],
  },
  {
    name: 'a filter takes the upper end of a range for its own',
    file: MATCH,
    find: '(highIncluded ? value <= high : value < high)',
    replace: 'value <= high',
    breaks: ['fan-out', 'conservation'],
  },
  {
    name: 'a filter wants an attribute that shall not exist',
    file: MATCH,
    find: 'if (found === undefined) return absentFits;',
    replace: 'if (found === undefined) return false;',
    breaks: ['fan-out'],
  },

  // --- consumers ---
  {
    name: 'a consumer deletes before it works',
    file: CONSUMER,
    find: 'this.#setState(worker, Handling);\n    this.#handle(worker);',
    replace:
      'this.#setState(worker, Deleting);\n    worker.deletion = this.#client.delete(worker.index, worker.unit, 0, count);',
    and: [
      {
        find: 'worker.deletion = -1;\n    this.#unitOver(worker);',
        replace: 'worker.deletion = -1;\n    this.#handle(worker);',
      },
      {
        find: 'worker.state = Deleting;\n    worker.deletion = this.#client.delete(worker.index, done, 0, done.count);',
        replace: 'this.#unitOver(worker);',
      },
    ],
    breaks: ['exactly-once'],
  },
  {
    name: 'a consumer deletes what failed',
    file: CONSUMER,
    find: 'this.#failures.add(1);',
    replace: 'this.#failures.add(1);\n      copyMessage(unit, worker.at, done, done.count++);',
    breaks: ['exactly-once'],
  },
  {
    name: 'a consumer deletes the whole batch, however much of it failed',
    file: CONSUMER,
    find: 'this.#client.delete(worker.index, done, 0, done.count)',
    replace: 'this.#client.delete(worker.index, unit, 0, unit.count)',
    breaks: ['exactly-once'],
  },
  {
    name: 'the heart of a consumer beats once',
    file: CONSUMER,
    find: 'if (held > 0) this.#armHeartbeat(instance);',
    replace: '',
    breaks: ['exactly-once'],
  },
  {
    name: 'a heartbeat forgets what waits for its turn',
    file: CONSUMER,
    find: 'for (let i = instance.next; i < instance.inHand.count; i++, held++) {',
    replace: 'for (let i = instance.inHand.count; i < instance.inHand.count; i++, held++) {',
    breaks: ['exactly-once'],
  },
  {
    name: 'a consumer hands the same message to two workers',
    file: CONSUMER,
    find: 'worker.instance.next += count;',
    replace: `if (worker === worker.instance.workers[0] && worker.instance.workers.length > 1) {
      for (let i = 0; i < count; i++) this.#requests.retain(worker.unit.body[i] as number);
    } else worker.instance.next += count;`,
    breaks: ['exactly-once', 'littles-law'],
  },
  {
    name: 'a consumer whose poll failed never polls again',
    file: CONSUMER,
    find: 'this.#sim.schedule(this.settings.pollRetryUs, this.#pollAgain, instance.index);',
    replace: '-1;',
    breaks: ['at-least-once'],
  },
  {
    name: 'a client deletes the first of a batch as often as the batch has messages',
    file: CLIENT,
    find: 'for (let i = 0; i < count; i++) operation.messages.handle[i] = messages.handle[from + i] as number;\n    } else {\n      for (let i = 0; i < count; i++) copyMessage(messages, from + i, operation.messages, i);',
    replace:
      'for (let i = 0; i < count; i++) operation.messages.handle[i] = messages.handle[from + i] as number;\n    } else {\n      for (let i = 0; i < count; i++) copyMessage(messages, from, operation.messages, i);',
    breaks: ['exactly-once'],
  },

  // --- functions ---
  {
    name: 'a mapping deletes what failed too',
    file: MAPPING,
    find: 'if (wentWell[i] === 0) continue;',
    replace: '',
    breaks: ['exactly-once'],
  },
  {
    name: 'a mapping forgets that a part of a batch went well',
    file: MAPPING,
    find: 'if (success) this.#deleteWhatWentWell(poller);',
    replace:
      'if (success && !poller.wentWell.subarray(0, poller.event.count).includes(0)) this.#deleteWhatWentWell(poller);',
    breaks: ['exactly-once'],
  },
  {
    name: 'a mapping deletes no single message',
    file: MAPPING,
    find: 'if (chunk.count > 0) this.#deleteChunk',
    replace: 'if (chunk.count > 1) this.#deleteChunk',
    breaks: ['exactly-once'],
  },
  {
    name: 'a mapping of a FIFO queue goes on behind what failed',
    file: MAPPING,
    find: "(this.#fifo ? 'stop' : 'goOn')",
    replace: "'goOn'",
    breaks: ['order'],
  },

  // --- producers ---
  {
    name: 'a producer takes a refusal for a yes',
    file: PRODUCER,
    find: 'return isThrottling(error) ? Outcome.throttled : error.senderFault ? Outcome.refused : Outcome.unavailable;',
    replace: 'return isThrottling(error) ? Outcome.throttled : error.senderFault ? Outcome.ok : Outcome.unavailable;',
    breaks: ['exactly-once', 'no-loss', 'at-least-once'],
  },
  {
    name: 'a retry gets a deduplication id of its own',
    file: TARGET,
    find: 'input.MessageDeduplicationId = this.deduplicationOf(request);',
    replace: 'input.MessageDeduplicationId = this.fifo ? (input.MessageDeduplicationId ?? -1) + 1 : -1;',
    breaks: ['deduplication', 'exactly-once'],
  },

  // --- streams ---
  {
    name: 'a stream acknowledges a record that it throttled',
    file: STREAM,
    find: 'output.error = shard.rateExceeded;\n      return output;\n    }\n    output.ShardId = shard.id;',
    replace: 'return output;\n    }\n    output.ShardId = shard.id;',
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'a stream answers a record that failed inside as taken',
    file: STREAM,
    find: 'output.entryErrors[i] = kinesisErrors.internalFailure;',
    replace: 'output.entryErrors[i] = null;',
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'a stream looks at no more of a batch when one of it is throttled',
    file: STREAM,
    find: 'throttled++;\n        continue;',
    replace: 'throttled++;\n        break;',
    breaks: ['at-least-once', 'exactly-once', 'replay', 'order', 'placement'],
  },
  {
    name: 'a read that brings nothing moves the iterator on all the same',
    file: STREAM,
    find: 'const next = from + output.count;',
    replace: 'const next = from + Math.max(1, output.count);',
    breaks: ['at-least-once', 'exactly-once', 'replay'],
  },
  {
    name: 'an iterator from an instant begins behind the first record since',
    file: RECORD_LOG,
    find: 'return from;\n  }',
    replace: 'return Math.min(from + 1, this.#next);\n  }',
    breaks: ['at-least-once'],
  },
  {
    name: 'an iterator behind a record begins at it',
    file: SHARDS,
    find: "(Type === 'AFTER_SEQUENCE_NUMBER' ? 1 : 0)",
    replace: '0',
    breaks: ['exactly-once'],
  },
  {
    name: 'records come out for an hour longer than they are kept',
    file: RECORD_LOG,
    find: 'this.arrivedUs(this.#head) <= horizonUs)',
    replace: 'this.arrivedUs(this.#head) <= horizonUs - 3_600_000_000)',
    breaks: ['retention'],
  },
  {
    name: 'records are kept half as long as they should',
    file: SHARDS,
    find: 'return this.#sim.now - this.#retentionUs;',
    replace: 'return this.#sim.now - this.#retentionUs / 2;',
    breaks: ['at-least-once', 'replay'],
  },
  {
    name: 'the last record of a closed shard is not read',
    file: SHARD,
    find: 'place >= this.log.next;',
    replace: 'place >= this.log.next - 1;',
    breaks: ['at-least-once', 'exactly-once', 'replay'],
  },
  {
    name: 'the numbers of a child begin anew',
    file: SHARD,
    find: 'parents.reduce((most, { log }) => Math.max(most, log.next), 0)',
    replace: '0',
    breaks: ['order'],
  },
  {
    name: 'the numbers of a merged shard go on from one of its parents only',
    file: SHARD,
    find: 'parents.reduce((most, { log }) => Math.max(most, log.next), 0)',
    replace: 'parents[0]?.log.next ?? 0',
    breaks: ['order'],
  },
  {
    name: 'a merged shard names one of its parents only',
    file: SHARD,
    find: 'ParentShards: parents.map((parent) => parent.id),',
    replace: 'ParentShards: parents.slice(0, 1).map((parent) => parent.id),',
    breaks: ['order'],
  },
  {
    name: 'a shard that was split goes on in the place of its left child',
    file: SHARDS,
    find: 'this.map.set(this.map.open.flatMap((one) => (one === shard ? this.#cut(one, [at]) : [one])));',
    replace:
      'this.map.set(this.map.open.flatMap((one) => (one === shard ? [one, ...this.#cut(one, [at]).slice(1)] : [one])));',
    breaks: ['placement', 'at-least-once', 'exactly-once', 'replay', 'order'],
  },
  {
    name: 'the upper of two shards that were merged stays open',
    file: SHARDS,
    find: 'one === lower ? [merged] : one === upper ? [] : [one]',
    replace: 'one === lower ? [merged] : [one]',
    breaks: ['at-least-once', 'exactly-once', 'placement', 'replay', 'order'],
  },
  {
    name: 'a stream goes on by the shard map in which it found a key first',
    file: 'src/services/kinesis/shard-map.ts',
    find: 'this.#version++;',
    replace: 'this.#version = 1;',
    breaks: ['placement', 'order', 'at-least-once', 'exactly-once', 'replay', 'sound run'],
  },
  {
    name: 'a shard counts no bytes',
    file: 'src/services/kinesis/rates.ts',
    find: 'this.#bytes -= cost;',
    replace: '',
    breaks: ['rate'],
  },
  {
    name: 'the last push of a closed shard comes when its subscription has ended',
    file: FAN_OUT,
    find: 'subscriber.onSubscribeToShardEvent(tag, event);',
    replace: "if (isOver) this.#end(subscription, 'shardEnd');\n    subscriber.onSubscribeToShardEvent(tag, event);",
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'a push takes all there is for pushed, though the youngest are still on their way',
    file: FAN_OUT,
    find: 'subscription.position = from + event.count;',
    replace: 'subscription.position = log.next;',
    breaks: ['at-least-once', 'exactly-once', 'replay'],
  },
  {
    name: 'a batch has the partition key of its first record',
    file: 'src/workload/kinesis-target.ts',
    find: 'this.#partitionKey[i] = this.groupOf(request);',
    replace: 'this.#partitionKey[i] = this.groupOf(this.#data[0] as number);',
    breaks: ['placement', 'replay', 'order'],
  },
  {
    name: 'a reader begins a shard when its parents have not been read to their end',
    file: 'src/workload/shard-owners.ts',
    find: 'if (known.parents.some((parent) => this.#known.get(parent)?.hasEnded !== true)) return;',
    replace: '',
    breaks: ['order'],
  },
  {
    name: 'a reader whose iterator was too old goes on with the newest record',
    file: STREAM_CONSUMER,
    find: 'this.#expired.add(1);\n        lane.iterator = -1;',
    replace: "this.#expired.add(1);\n        lane.iterator = -1;\n        lane.position = { Type: 'LATEST' };",
    breaks: ['at-least-once', 'exactly-once', 'replay'],
  },
  {
    name: 'a reader that crashed goes on with the newest record',
    file: 'src/workload/shard-owners.ts',
    find: 'onCrash(): void {}',
    replace: "onCrash(): void {\n    this.#position = { Type: 'LATEST' };\n  }",
    breaks: ['at-least-once', 'replay'],
  },
  {
    name: 'a reader leaves out the first record of a read where it fails',
    file: STREAM_CONSUMER,
    find: "if (!success && onFailure === 'retry') {",
    replace: "if (!success && onFailure === 'retry' && lane.next > 0) {",
    breaks: ['at-least-once', 'exactly-once'],
  },
  {
    name: 'a worker writes down that it has done what it has read',
    file: 'src/workload/kcl-worker.ts',
    find: 'held.last = SequenceNumber;\n    held.since++;\n    if (this.#isDue(held, inHand)) this.#checkpoint(held);',
    replace: 'held.last = SequenceNumber + inHand * 1_048_576;\n    held.since++;\n    this.#checkpoint(held);',
    breaks: ['at-least-once', 'replay'],
  },
];
