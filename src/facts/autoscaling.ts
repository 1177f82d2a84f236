/** CloudWatch's view, alarms and Application Auto Scaling: what AWS says, what its own alarms show, and what we assume. November 2026. */
import type { Fact } from './fact.ts';

const API = 'Application Auto Scaling API reference: TargetTrackingScalingPolicyConfiguration';
const CAPTURED =
  'alarms that target tracking created, as captured by several users (ECS: 30 → 27 %, 50 → 45 %; EC2: 40 → 28 %, 50 → 35 %)';

function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-23', status: 'assumed', note };
}
function captured(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: CAPTURED, date: '2026', status: 'secondary', note };
}

/** Every number of autoscaling that the model uses. */
export const autoscalingFacts = {
  periodUs: {
    id: 'autoscaling.metric.period',
    value: 60_000_000,
    unit: 'us',
    source: 'CloudWatch user guide: standard resolution; SQS Developer Guide: available metrics',
    date: '2026',
    status: 'confirmed',
  },
  delayUs: assumed(
    'autoscaling.metric.delay',
    60_000_000,
    'us',
    'from the end of a period until an alarm sees its datapoint; AWS publishes none, a minute or two is usual',
  ),
  scaleOutPeriods: captured('autoscaling.target.scale_out_periods', 3, 'periods', 'all of them above the target'),
  scaleInPeriods: captured(
    'autoscaling.target.scale_in_periods',
    15,
    'periods',
    'all of them below the lower threshold',
  ),
  scaleInBelow: captured(
    'autoscaling.target.scale_in_below',
    0.9,
    'share',
    'of the target, for ECS services; EC2 Auto Scaling groups show 0.7',
  ),
  scaleInAtMost: assumed(
    'autoscaling.target.scale_in_at_most',
    0.1,
    'share',
    'of the capacity, and one instance at least: AWS says only that it scales in more gradually than out',
  ),
  cooldownUs: {
    id: 'autoscaling.target.cooldown',
    value: 300_000_000,
    unit: 'us',
    source: API,
    date: '2026',
    status: 'confirmed',
    note: 'of scale-out and of scale-in, for ECS services and custom resources; EC2 takes the same 300 s as instance warm-up',
  },
  startupUs: assumed(
    'autoscaling.instance.startup',
    60_000_000,
    'us',
    'from the decision until an instance takes work: image, boot, health check; tens of seconds for a container, minutes for a machine',
  ),
} as const satisfies Record<string, Fact>;

/** The same, to be listed. */
export const autoscalingFactList: readonly Fact[] = Object.values(autoscalingFacts);
