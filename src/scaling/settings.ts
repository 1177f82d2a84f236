/** Settings of autoscaling, as resolved: every default filled in, times in whole microseconds. */
import type { Distribution } from '../kernel/index.ts';

/**
 * What is looked at, over one period. `utilisation`: servers (workers) at work of those that run, 0 to 1. `backlogPerInstance`: visible
 * messages for each running instance. `requestsPerReplica`: calls per second for each running replica.
 */
export type ScalingMetric = 'utilisation' | 'backlogPerInstance' | 'requestsPerReplica';

/** What an alarm makes of a period without a datapoint; CloudWatch's own words. */
export type MissingData = 'missing' | 'notBreaching' | 'breaching' | 'ignore';

/** `datapointsToAlarm` out of `evaluationPeriods`. */
export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

/** One step: from `at` on (beyond the threshold, in the metric's unit) so much more, or less. */
export interface ScalingStep {
  readonly at: number;
  readonly by: number;
  readonly unit: 'instances' | 'share';
}

export type ScalingPolicy =
  | {
      readonly kind: 'target';
      readonly value: number;
      /** Share of the target under which the scale-in alarm counts a datapoint. */
      readonly scaleInBelow: number;
      /** Share of the capacity that one scale-in removes at most; one instance always may go. */
      readonly scaleInAtMost: number;
      readonly disableScaleIn: boolean;
    }
  | {
      readonly kind: 'steps';
      /** By ascending threshold; empty: never scales out. */
      readonly out: readonly ScalingStep[];
      /** By descending threshold; empty: never scales in. */
      readonly in: readonly ScalingStep[];
    };

export interface AutoscalingSettings {
  readonly min: number;
  readonly max: number;
  /** Microseconds from the decision until a new instance takes work. */
  readonly startup: Distribution;
  readonly metric: ScalingMetric;
  readonly policy: ScalingPolicy;
  /** Width of a period of CloudWatch's view; periods begin at whole multiples of it. */
  readonly periodUs: number;
  /** From the end of a period until its datapoint can be seen. */
  readonly delayUs: number;
  readonly missingData: MissingData;
  readonly scaleOut: AlarmRule & {
    /** How long a new instance runs before the next scale-out counts on it. */ readonly cooldownUs: number;
  };
  readonly scaleIn: AlarmRule & { /** After a scale-in no other one for so long. */ readonly cooldownUs: number };
}
