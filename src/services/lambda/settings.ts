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
  /** The sqs queue that it polls; null: it polls none, others invoke the function. */
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
}

export interface LambdaSettings extends FunctionSettings, MappingSettings {
  readonly type: 'lambda';
  /** Its execution role, under which it polls; there only where something is said of it. */
  readonly role?: RoleSettings;
}
