/**
 * What an ActiveMQ broker is told at its start. All costs are 0 and all limits infinite unless they are set, so that a test has the pure semantics; what an instance
 * type costs comes from outside.
 */
import { mqFacts } from '../../../facts/index.ts';

export interface ActiveMqCosts {
  /** Processor, microseconds for each command of a client: a send, an acknowledgement, a commit, …; default 0. */
  readonly commandUs?: number;
  /** Processor, microseconds for each message that is sent to a consumer; default 0. */
  readonly dispatchUs?: number;
  /** Processor, microseconds for each KiB that comes in or goes out; default 0. */
  readonly perKibUs?: number;
  /** Of a commit of the journal, microseconds; default 0. */
  readonly diskLatencyUs?: number;
  /** Of the journal; default: no limit. */
  readonly diskBytesPerSecond?: number;
}

export interface ActiveMqLimits {
  /** Bytes of persistent messages in the store; default: no limit. */
  readonly storeBytes?: number;
  /** Bytes of non-persistent messages in memory and in the temporary store together; default: no limit. */
  readonly transientBytes?: number;
  /** Connections at once; default: no limit. */
  readonly connections?: number;
}

export interface ActiveMqSettings {
  /** Default `singleInstance`. */
  readonly deployment?: 'singleInstance' | 'activeStandbyMultiAz';
  readonly costs?: ActiveMqCosts;
  readonly limits?: ActiveMqLimits;
  /** A producer is told at once that there is no space, and doesn't wait for it; default false. */
  readonly sendFailIfNoSpace?: boolean;
  /** A persistent message is given to consumers while it is being written, and not written at all where it is acknowledged before; default true. Topics write first, always. */
  readonly concurrentStoreAndDispatchQueues?: boolean;
  /** Messages of a higher priority first, 0 to 9; default false: order of arrival. */
  readonly prioritizedMessages?: boolean;
  /** How often a queue looks for what is too old, wherever it stands, microseconds; 0: never. Default: 30 seconds. What comes to the head is looked at at once. */
  readonly expireMessagesPeriodUs?: number;
  /** Groups whose consumer is remembered, in each queue; those not used for longest are forgotten. Default 1024. */
  readonly messageGroups?: number;
  /** Whether non-persistent messages go to the dead letters too; default false. */
  readonly processNonPersistent?: boolean;
  /** Whether messages that are too old go to the dead letters; default true. */
  readonly processExpired?: boolean;
  /** Whether a message that was dispatched is flagged as redelivered after the broker has died; default false. */
  readonly persistJMSRedelivered?: boolean;
  /** Whether what a durable subscriber had in hand is flagged as redelivered after its line was cut; default false, as 5.17 answers. */
  readonly flagsDurableRedeliveries?: boolean;
  /** Microseconds until the store's lock of a broker that died is free, so that the standby has it; default 0. */
  readonly lockFreeUs?: number;
  /** The same after an orderly reboot; default 0. */
  readonly rebootUs?: number;
  /** Microseconds in which whoever takes over reads the store, and for each message in it; default 0. */
  readonly loadUs?: number;
  readonly loadPerMessageUs?: number;
}

export const DEAD_LETTERS = 'queue://ActiveMQ.DLQ';
export const EXPIRE_MESSAGES_PERIOD_US = 30_000_000;
export const DEFAULT_MESSAGE_GROUPS = 1024;
/** Highest of JMS; 4 is the default. */
export const MAX_PRIORITY = 9;

/** Windows of OpenWire's clients by kind of destination. */
export const PREFETCH = {
  queue: mqFacts.prefetchQueue.value,
  durableTopic: mqFacts.prefetchDurableTopic.value,
  topic: mqFacts.prefetchTopic.value,
} as const;
