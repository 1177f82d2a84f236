/** Settings of a Lambda function and of its event source mapping, as resolved: every default filled in, times in whole microseconds. */
import type { RoleSettings } from '../../calls/access.ts';
import type { CallSettings } from '../../calls/settings.ts';
import type { Distribution } from '../../kernel/index.ts';

export interface FunctionSettings {
  readonly name: string;
  /** Environments kept for this function alone, and its most; null: it shares the account's. */
  readonly reservedConcurrency: number | null;
  /** How long an invocation may take; default 3 s, at most 900 s. */
  readonly timeoutUs: number;
  /** Default 128 MB. */
  readonly memoryBytes: number;
  /** How long a new environment takes to start, microseconds; not counted against the timeout. */
  readonly coldStart: Distribution;
  /** How long an environment that has nothing to do stays warm. */
  readonly keepWarmUs: number;
  readonly handler: {
    /** Own work on one message, microseconds. */
    readonly time: Distribution;
    readonly calls: readonly CallSettings[];
    /** Share of the attempts on which the handler fails. */
    readonly failureRate: number;
  };
}

export interface MappingSettings {
  readonly name: string;
  /** The queue, the stream or the broker that it polls; null: it polls none, others invoke the function. */
  readonly source: string | null;
  /** Messages of one invocation at most. */
  readonly batchSize: number;
  /** How long it gathers messages for one batch; 0: as a receive brings them. */
  readonly batchWindowUs: number;
  /** Invocations at once at most, 2 to 1,000; null: as far as it scales. */
  readonly maximumConcurrency: number | null;
  readonly reportBatchItemFailures: boolean;
  /** Pollers of its own; null: those that scale by themselves. */
  readonly provisioned: { readonly minPollers: number; readonly maxPollers: number } | null;
  /** There only where the source is a stream; then `maximumConcurrency` and `provisioned` are null. */
  readonly stream?: StreamMappingSettings;
  /** There only where the source is a broker; then too, and `reportBatchItemFailures` is false. */
  readonly broker?: BrokerMappingSettings;
}

/** What only a mapping of a broker has. */
export interface BrokerMappingSettings {
  readonly queue: string;
}

/** What only a mapping of a stream has. */
export interface StreamMappingSettings {
  /** `at`: with what came at that instant or later, microseconds. */
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST' | { readonly atUs: number };
  /** When the mapping is there. */
  readonly fromUs: number;
  /** Batches of one shard that are worked on at once; the records of a partition key are in one of them at a time. */
  readonly parallelizationFactor: number;
  /** Whether a batch on which the function failed is tried again in two halves. */
  readonly bisectBatchOnFunctionError: boolean;
  /** Of one batch; null: until it goes well, or its records are too old. */
  readonly maximumRetryAttempts: number | null;
  /** Records that are older are left out; null: they are when the stream does not keep them any more. */
  readonly maximumRecordAgeUs: number | null;
  /** The queue or sink that is told of batches that were left out; null: nobody. */
  readonly onFailure: string | null;
  /** Whether it has a consumer of enhanced fan-out. */
  readonly fanOut: boolean;
}

export interface LambdaSettings extends FunctionSettings, MappingSettings {
  readonly type: 'lambda';
  /** Its execution role, under which it polls; there only where something is said of it. */
  readonly role?: RoleSettings;
}
