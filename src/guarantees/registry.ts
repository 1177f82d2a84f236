/**
 * Which checkers there are for each kind of resource. A new kind adds a row; whoever makes its promises names the guarantees that its configuration gives.
 */
import { deliveredAtMostOnce, doneAtMostOnce } from './at-most-once.ts';
import { atMostOnceAtBroker, exactlyOnceAtBroker } from './broker-copies.ts';
import { atLeastOnceAtBroker, noLossAtBroker } from './broker-endings.ts';
import { orderAtBroker } from './broker-order.ts';
import type { Checker } from './checker.ts';
import { conservationOfCalls, conservationOfMessages } from './conservation.ts';
import { deduplication, deduplicationOfPublishes } from './deduplication.ts';
import { conservationOfDeliveries, noLossOfDeliveries, orderOfDeliveries } from './deliveries.ts';
import { atLeastOnce, noLoss } from './endings.ts';
import { exactlyOnce } from './exactly-once.ts';
import { fanOut } from './fan-out.ts';
import { groupLock } from './group-lock.ts';
import { inFlight, rate, rateOfPublishes } from './limits.ts';
import { littlesLaw } from './littles-law.ts';
import { monotoneTime } from './monotone-time.ts';
import { orderOfDelivery, orderOfEffects } from './order.ts';
import { placement } from './placement.ts';
import { prefetch } from './prefetch.ts';
import { rateOfPuts } from './put-rate.ts';
import { handledAtLeastOnce, handledExactlyOnce } from './reader-endings.ts';
import { retentionOfRecords } from './record-retention.ts';
import { deliveryLimit, redelivered } from './redelivery.ts';
import { deadLetters, receiveCount, redrive } from './redrive.ts';
import { conservationOfRecords, replay } from './replay.ts';
import { orderOfRecords } from './shard-order.ts';
import { delay, retention } from './times.ts';
import { deletion, visibility } from './visibility.ts';
import { windowsExact } from './windows-exact.ts';

export type Registry = Readonly<Record<string, readonly Checker[]>>;

export const registry: Registry = {
  run: [monotoneTime],
  traffic: [conservationOfCalls],
  sqs: [
    conservationOfMessages,
    atLeastOnce,
    noLoss,
    deliveredAtMostOnce,
    orderOfDelivery,
    groupLock,
    deduplication,
    visibility,
    deletion,
    redrive,
    deadLetters,
    receiveCount,
    retention,
    delay,
    inFlight,
    rate,
    littlesLaw,
  ],
  consumer: [orderOfEffects, doneAtMostOnce, exactlyOnce],
  lambda: [orderOfEffects, doneAtMostOnce, exactlyOnce],
  analytics: [windowsExact],
  // A function without a queue before it: what was given to it the history does not say.
  function: [doneAtMostOnce],
  // What it took is at the destination or in the backup.
  firehose: [conservationOfDeliveries, noLossOfDeliveries],
  sns: [
    conservationOfDeliveries,
    fanOut,
    noLossOfDeliveries,
    orderOfDeliveries,
    deduplicationOfPublishes,
    rateOfPublishes,
  ],
  mq: [
    conservationOfRecords,
    noLossAtBroker,
    atLeastOnceAtBroker,
    atMostOnceAtBroker,
    exactlyOnceAtBroker,
    orderAtBroker,
    prefetch,
    redelivered,
    deliveryLimit,
  ],
  kinesis: [conservationOfRecords, orderOfRecords, placement, replay, retentionOfRecords, rateOfPuts],
  // Whoever reads a stream and works. Where each shard has one owner at a time, that is one more promise.
  'stream-reader': [handledAtLeastOnce, orderOfEffects, doneAtMostOnce, handledExactlyOnce],
};
