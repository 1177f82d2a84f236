/** The resolved scenario: what runs. Every default is filled in, every unit converted (times in whole microseconds). */
import type { ApplicationSettings } from '../services/analytics/settings.ts';
import type { ServiceSettings } from '../services/compute/settings.ts';
import type { DeliveryStreamSettings } from '../services/firehose/settings.ts';
import type { KinesisSettings } from '../services/kinesis/settings.ts';
import type { Whereabouts } from '../services/iam/settings.ts';
import type { KmsSettings } from '../services/kms/settings.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { SinkSettings } from '../services/sink/settings.ts';
import type { SnsSettings } from '../services/sns/settings.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { CameraFleetSettings } from '../services/video/settings.ts';
import type { CostFigure, ResolvedPrices } from './prices.ts';
import type {
  ConsumerSettings,
  FaultSettings,
  MqConsumerSettings,
  StreamConsumerSettings,
  TrafficSettings,
} from '../workload/settings.ts';

export type ResourceSettings =
  | ServiceSettings
  | SqsSettings
  | SnsSettings
  | KinesisSettings
  | DeliveryStreamSettings
  | ApplicationSettings
  | CameraFleetSettings
  | ConsumerSettings
  | StreamConsumerSettings
  | MqConsumerSettings
  | MqSettings
  | LambdaSettings
  | SinkSettings;

export interface ResolvedDesign {
  readonly name: string;
  /** Where each traffic enters: traffic name to resource name, one for every traffic, in the order of the traffics. */
  readonly entries: readonly { readonly traffic: string; readonly resource: string }[];
  /** Its own resources and those of every design, in declared order. */
  readonly resources: readonly ResourceSettings[];
}

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

export interface ResolvedObjective {
  /** As written. */
  readonly text: string;
  /** null: judged in every design that has what it speaks of. */
  readonly design: string | null;
  readonly expect: 'met' | 'missed';
  readonly subject:
    | {
        readonly kind: 'traffic';
        readonly traffic: string /** A field of the result's traffic, e.g. `completionMs`. */;
        readonly field: string;
        readonly statistic: string | null;
      }
    /** Deliveries of a topic to what it delivers to, or of a stream (`topic`) to a reader; fields as a traffic's. */
    | {
        readonly kind: 'subscription';
        readonly topic: string;
        readonly to: string;
        readonly field: string;
        readonly statistic: string | null;
      }
    | { readonly kind: 'metric'; readonly resource: string; readonly metric: string; readonly statistic: string }
    | { readonly kind: 'cost' /** A figure of the result's cost, e.g. `totalUsd`. */; readonly figure: CostFigure };
  readonly op: Comparison;
  /** In the unit of the result: milliseconds for times, shares as 0 to 1, per second for rates. */
  readonly limit: number;
}

/** A guarantee that the scenario speaks of. */
export interface ResolvedGuarantee {
  /** As written. */
  readonly text: string;
  readonly guarantee: string;
  readonly resource: string;
  /** null: judged in every design that has the resource. */
  readonly design: string | null;
  readonly expect: 'held' | 'broken';
}

/** Where everything is that says nothing else, and its KMS. */
export interface AwsSettings extends Whereabouts {
  readonly kms: KmsSettings;
}

/** When enough replications have run. */
export interface ResolvedPrecision {
  /** Half-width of the interval ÷ estimate. */
  readonly within: number;
  /** Empty: the mean completion and response of each traffic. */
  readonly of: readonly PreciseFigure[];
  /** Replications after which it stops all the same. */
  readonly most: number;
}

export interface PreciseFigure {
  readonly traffic: string;
  /** As the result's intervals are keyed, e.g. `completionMs.mean`. */
  readonly figure: string;
}

export interface ResolvedScenario {
  /** The file's name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly seed: string;
  readonly horizonUs: number;
  readonly drainUs: number;
  /** Of a steady study whose warm-up is not given: 0 until the experiment has found it. */
  readonly warmupUs: number;
  /** `mser-5`: the experiment finds it. */
  readonly warmupRule: 'given' | 'mser-5';
  readonly study: 'terminating' | 'steady';
  /** With a precision: how many to begin with. */
  readonly replications: number;
  readonly precision: ResolvedPrecision | null;
  /** Replications whose guarantees are judged, the first ones. */
  readonly judged: number;
  readonly confidence: number;
  readonly facts: string;
  readonly resolutionUs: number;
  /** Order of events of one instant and phase. */
  readonly ties: 'inOrder' | { readonly shuffle: string };
  readonly prices: ResolvedPrices;
  /** There only where something of the scenario speaks of access. */
  readonly aws?: AwsSettings;
  /** Environments of all functions of an account in a Region at once; there only where a design has a function. */
  readonly lambdaConcurrency?: number;
  readonly traffic: readonly TrafficSettings[];
  readonly designs: readonly ResolvedDesign[];
  readonly faults: readonly FaultSettings[];
  readonly objectives: readonly ResolvedObjective[];
  /** There only where the scenario speaks of some. */
  readonly guarantees?: readonly ResolvedGuarantee[];
  /** What the scenario rests on that AWS does not publish, or that a default decided: shown in the report. */
  readonly assumptions: readonly Assumption[];
}

export interface Assumption {
  readonly about: string;
  readonly text: string;
  /** Where it comes from, or the word "assumed". */
  readonly source: string;
}
