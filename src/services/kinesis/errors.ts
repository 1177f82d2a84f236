/**
 * The errors a stream answers with, by AWS's codes. Texts that are not marked were taken down from the real service (by kinesalite's tests, or as users
 * have quoted it); "assumed" says where only the code is AWS's.
 */
import { kinesisFacts as f } from '../../facts/index.ts';
import type { KinesisError } from './operations.ts';
import type { StreamSettings } from './settings.ts';

function error(code: string, message: string): KinesisError {
  return { code, message, senderFault: true };
}
function invalid(message: string): KinesisError {
  return error('InvalidArgumentException', message);
}
function limit(message: string): KinesisError {
  return error('LimitExceededException', message);
}
/** As AWS words a value out of the range of its service model. */
function outOfRange(value: number | string, member: string, constraint: string): KinesisError {
  return error(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
}
function least(value: number, member: string, min: number): KinesisError {
  return outOfRange(value, member, `have value greater than or equal to ${min}`);
}
function most(value: number, member: string, max: number): KinesisError {
  return outOfRange(value, member, `have value less than or equal to ${max}`);
}

/** AWS's name of a shard. */
export function shardName(shard: number): string {
  return `shardId-${String(shard).padStart(12, '0')}`;
}

/** Errors that say nothing of a stream. */
export const kinesisErrors = {
  partitionKeyMissing: outOfRange('null', 'partitionKey', 'not be null'),
  partitionKeyTooLong: (text: string): KinesisError =>
    outOfRange(text, 'partitionKey', `have length less than or equal to ${f.partitionKeyMaxChars.value}`),
  partitionKeyEmpty: outOfRange('', 'partitionKey', 'have length greater than or equal to 1'),
  /** The words are those of a fixed size of records; with the stream's own: assumed. */
  recordTooLarge: (maxBytes: number): KinesisError =>
    outOfRange('java.nio.HeapByteBuffer', 'data', `have length less than or equal to ${maxBytes}`),
  tooFewRecords: outOfRange('[]', 'records', 'have length greater than or equal to 1'),
  tooManyRecords: outOfRange('[...]', 'records', `have length less than or equal to ${f.putMaxRecords.value}`),
  /** Assumed; that of 5 MiB said `Records size exceeds 5 MB limit`. */
  requestTooLarge: invalid(`Records size exceeds ${f.putMaxBytes.value / 1_048_576} MB limit`),
  explicitHashKey: (key: bigint): KinesisError =>
    invalid(`Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${key}`),
  /** Of a record in PutRecords. */
  internalFailure: { code: 'InternalFailure', message: 'Internal service failure.', senderFault: false },
  invalidIterator: invalid('Invalid ShardIterator.'),
  /** AWS names the two instants; a simulated one has none to tell. */
  iteratorExpired: error(
    'ExpiredIteratorException',
    `Iterator expired. It was created further in the past than the tolerated delay of ${f.iteratorSeconds.value * 1000} milliseconds.`,
  ),
  limitRange: (asked: number): KinesisError =>
    asked >= 1 ? most(asked, 'limit', f.getMaxRecords.value) : least(asked, 'limit', 1),
  positionWithSequenceNumber: (type: string): KinesisError => position(type, 'also a StartingSequenceNumber'),
  positionWithoutSequenceNumber: (type: string): KinesisError => position(type, 'no StartingSequenceNumber'),
  /** Assumed. */
  timestampMissing: invalid('Must specify timestamp parameter for iterator of type AT_TIMESTAMP.'),
  sequenceOfOtherShard: (encoded: number, shard: number): KinesisError =>
    invalid(
      `Invalid StartingSequenceNumber. It encodes ${shardName(encoded)}, while it was used in a call to a shard with ${shardName(shard)}`,
    ),
  /** Assumed. */
  callRate: limit('Rate exceeded'),
  retentionTooShort: (hours: number): KinesisError =>
    invalid(
      `Minimum allowed retention period is ${f.retentionHoursMin.value} hours. Requested retention period (${hours} hours) is too short.`,
    ),
  retentionTooLong: (hours: number): KinesisError =>
    invalid(
      `Maximum allowed retention period is ${f.retentionHoursMax.value} hours. Requested retention period (${hours} hours) is too long.`,
    ),
  maxRecordSize: (kib: number): KinesisError =>
    kib < f.recordMaxKiBMin.value
      ? least(kib, 'maxRecordSizeInKiB', f.recordMaxKiBMin.value)
      : most(kib, 'maxRecordSizeInKiB', f.recordMaxKiBMax.value),
  targetTooLow: (target: number): KinesisError => least(target, 'targetShardCount', 1),
  targetTooHigh: (target: number, open: number): KinesisError =>
    limit(
      `UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: ${open}, Target shard count: ${target}`,
    ),
  targetBelowHalf: (target: number, open: number): KinesisError =>
    limit(
      `UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: ${open}, Target shard count: ${target}`,
    ),
  targetOverLimit: (target: number, open: number, max: number): KinesisError =>
    limit(
      `Target shard count or number of open shards cannot be greater than ${max}. Current open shard count: ${open}, Target shard count: ${target}`,
    ),
} as const;

function position(type: string, what: string): KinesisError {
  return invalid(
    `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${what}.`,
  );
}

/** Errors that name a stream. */
export class StreamErrors {
  readonly #name: string;
  readonly #account: string;
  readonly #quota: number;

  constructor({ name, accountId, shardQuota }: StreamSettings) {
    this.#name = name;
    this.#account = accountId;
    this.#quota = shardQuota;
  }

  /** Kept in each shard: it comes often. */
  rateExceeded(shard: number): KinesisError {
    return error(
      'ProvisionedThroughputExceededException',
      `Rate exceeded for shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account}.`,
    );
  }
  shardMissing(shard: number): KinesisError {
    return error(
      'ResourceNotFoundException',
      `Could not find shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account}.`,
    );
  }
  /** Of GetShardIterator and SubscribeToShard. */
  shardDoesNotExist(shard: number): KinesisError {
    return error(
      'ResourceNotFoundException',
      `Shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account} does not exist`,
    );
  }
  sequenceInvalid(sequence: number, shard: number): KinesisError {
    return invalid(
      `StartingSequenceNumber ${sequence} used in GetShardIterator on shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account} is invalid because it did not come from this stream.`,
    );
  }
  orderingInvalid(sequence: number): KinesisError {
    return invalid(
      `ExclusiveMinimumSequenceNumber ${sequence} used in PutRecord on stream ${this.#name} under account ${this.#account} is invalid.`,
    );
  }
  /** Assumed. */
  timestampInFuture(timestampUs: number): KinesisError {
    return invalid(`Timestamp ${timestampUs} used in GetShardIterator on stream ${this.#name} is in the future.`);
  }
  notActive(status: string): KinesisError {
    return error(
      'ResourceInUseException',
      `Stream ${this.#name} under account ${this.#account} not ACTIVE, instead in state ${status}`,
    );
  }
  /** Assumed. */
  onDemand(operation: string): KinesisError {
    return error('ValidationException', `Request is invalid. ${operation} is not supported on ON_DEMAND streams.`);
  }
  /** Assumed. */
  onlyOnDemand(what: string): KinesisError {
    return error('ValidationException', `Request is invalid. ${what} is supported on ON_DEMAND streams only.`);
  }
  splitKey(key: bigint, shard: number, start: bigint, end: bigint): KinesisError {
    return invalid(
      `NewStartingHashKey ${key} used in SplitShard() on shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account} is not both greater than one plus the shard's StartingHashKey ${start} and less than the shard's EndingHashKey ${end}.`,
    );
  }
  notAdjacent(one: number, other: number): KinesisError {
    return invalid(
      `Shards ${shardName(one)} and ${shardName(other)} in stream ${this.#name} under account ${this.#account} are not an adjacent pair of shards eligible for merging`,
    );
  }
  /** Assumed. */
  shardClosed(shard: number): KinesisError {
    return invalid(`Shard ${shardName(shard)} in stream ${this.#name} under account ${this.#account} is closed.`);
  }
  shardQuota(open: number, more: number): KinesisError {
    return limit(
      `This request would exceed the shard limit for the account ${this.#account}. Current shard count for the account: ${open}. Limit: ${this.#quota}. Number of additional shards that would have resulted from this request: ${more}.`,
    );
  }
  /** Assumed. */
  tooManyUpdates(perDay: number): KinesisError {
    return limit(
      `Stream ${this.#name} under account ${this.#account} was updated ${perDay} times within the last 24 hours.`,
    );
  }
  retentionNotLonger(hours: number, existing: number): KinesisError {
    return invalid(
      `Requested retention period (${hours} hours) for stream ${this.#name} can not be shorter than existing retention period (${existing} hours). Use DecreaseRetentionPeriod API.`,
    );
  }
  retentionNotShorter(hours: number, existing: number): KinesisError {
    return invalid(
      `Requested retention period (${hours} hours) for stream ${this.#name} can not be longer than existing retention period (${existing} hours). Use IncreaseRetentionPeriod API.`,
    );
  }
  /** Assumed. */
  consumerExists(name: string): KinesisError {
    return error('ResourceInUseException', `Consumer ${name} under stream ${this.#name} already exists.`);
  }
  /** Assumed. */
  tooManyConsumers(max: number): KinesisError {
    return limit(`Stream ${this.#name} under account ${this.#account} has ${max} consumers, the most it may have.`);
  }
  /** Assumed. */
  tooManyCreating(max: number): KinesisError {
    return limit(`Stream ${this.#name} under account ${this.#account} has ${max} consumers in CREATING.`);
  }
  /** Assumed. */
  consumerMissing(consumer: number): KinesisError {
    return error('ResourceNotFoundException', `Consumer ${consumer} under stream ${this.#name} not found.`);
  }
  consumerNotActive(name: string): KinesisError {
    return error(
      'ResourceInUseException',
      `Consumer ${name} under stream: ${this.#name}, account ${this.#account} is not in ACTIVE status.`,
    );
  }
  subscribed(name: string, shard: number): KinesisError {
    return error(
      'ResourceInUseException',
      `Another active subscription exists for this consumer: ${this.#account}:${this.#name}:${shardName(shard)}:${name}`,
    );
  }
}

/** A programmer's error: thrown, never answered. */
export class KinesisModelError extends Error {
  readonly code: 'bad-setting' | 'too-many-keys' | 'too-many-shards' | 'too-many-records';

  constructor(code: KinesisModelError['code'], message: string) {
    super(message);
    this.name = 'KinesisModelError';
    this.code = code;
  }
}
