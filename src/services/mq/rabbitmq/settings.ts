/** What a RabbitMQ broker is. All costs are 0 and all limits off unless said: the pure semantics. Instance types give the numbers (`facts`). */
import { MqModelError } from '../broker/errors.ts';

/** What passes a node's processor costs so much of it, microseconds. */
export interface RabbitCosts {
  readonly publishUs: number;
  readonly publishUsPerByte: number;
  readonly deliverUs: number;
  readonly deliverUsPerByte: number;
  /** An acknowledgement, whatever it settles. */
  readonly ackUs: number;
  /** Any other method that is no topology. */
  readonly otherUs: number;
}

export interface RabbitSettings {
  readonly name: string;
  /** RabbitMQ's: 3.13 has no delivery limit by default and may mirror queues; 4 has one of 20. */
  readonly version: '3.13' | '4';
  readonly deploymentMode: 'singleInstance' | 'clusterMultiAz';
  /** Of each node: one, or three. */
  readonly zones: readonly string[];
  readonly costs: RabbitCosts;
  /** Of each node: of a commit, microseconds; bytes a second. */
  readonly diskLatencyUs: number;
  readonly diskBytesPerSecond: number;
  /** Above it publishers are blocked: RabbitMQ's high watermark, bytes of a node. */
  readonly memoryLimitBytes: number;
  /** What a message takes in memory besides its bytes. */
  readonly messageOverheadBytes: number;
  /** How often memory is looked at, microseconds; 0: always. */
  readonly memoryCheckUs: number;
  readonly diskBytes: number;
  /** With less free than this publishers are blocked. */
  readonly diskFreeLimitBytes: number;
  /** From a leader to a follower and back, microseconds, the follower's disk not included. */
  readonly replicationUs: number;
  /** From the loss of a leader to the next one's first work. */
  readonly electionUs: number;
  /** From a node's start until it answers. */
  readonly startUs: number;
  /** Of a node. */
  readonly maxConnections: number;
  /** Of a connection. */
  readonly maxChannels: number;
  /** Of a channel. */
  readonly maxConsumers: number;
  /** Of the broker. */
  readonly maxQueues: number;
  readonly maxMessageBytes: number;
  /** Methods of a connection that are on their way through the processor at most: what comes beyond waits unread. */
  readonly flowCredit: number;
  /** A delivery that is not settled for so long closes its channel (RabbitMQ's default: 30 minutes); looked at each minute. */
  readonly consumerTimeoutUs: number;
  /** 3.13: classic queues have a mirror on each node. */
  readonly isMirrored: boolean;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;
const FREE: RabbitCosts = {
  publishUs: 0,
  publishUsPerByte: 0,
  deliverUs: 0,
  deliverUsPerByte: 0,
  ackUs: 0,
  otherUs: 0,
};

export interface RabbitInput extends Partial<Omit<RabbitSettings, 'costs'>> {
  readonly costs?: Partial<RabbitCosts>;
}

/** Throws MqModelError `bad-setting`. */
export function rabbitSettings(input: RabbitInput = {}): RabbitSettings {
  const { deploymentMode = 'singleInstance', costs, ...given } = input;
  const zones = given.zones ?? (deploymentMode === 'singleInstance' ? ['a'] : ['a', 'b', 'c']);
  const expected = deploymentMode === 'singleInstance' ? 1 : 3;
  if (zones.length !== expected) {
    throw new MqModelError('bad-setting', `${deploymentMode} with ${zones.length} zones: expected ${expected}`);
  }
  const settings: RabbitSettings = {
    name: 'rabbit',
    version: '4',
    diskLatencyUs: 0,
    diskBytesPerSecond: NO_LIMIT,
    memoryLimitBytes: NO_LIMIT,
    messageOverheadBytes: 0,
    memoryCheckUs: 0,
    diskBytes: NO_LIMIT,
    diskFreeLimitBytes: 0,
    replicationUs: 0,
    electionUs: 0,
    startUs: 0,
    maxConnections: NO_LIMIT,
    maxChannels: 2047,
    maxConsumers: NO_LIMIT,
    maxQueues: NO_LIMIT,
    maxMessageBytes: NO_LIMIT,
    flowCredit: NO_LIMIT,
    consumerTimeoutUs: NO_LIMIT,
    isMirrored: false,
    ...given,
    deploymentMode,
    zones,
    costs: { ...FREE, ...costs },
  };
  if (settings.isMirrored && settings.version === '4') {
    throw new MqModelError('bad-setting', 'mirrored queues in RabbitMQ 4: expected version 3.13, 4 has none');
  }
  if (!(settings.flowCredit >= 1)) {
    throw new MqModelError('bad-setting', `flowCredit ${settings.flowCredit}: expected at least 1`);
  }
  return settings;
}
