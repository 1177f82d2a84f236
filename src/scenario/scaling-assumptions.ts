/** What autoscaling rests on that AWS does not publish, in words with its source. */
import { autoscalingFacts, type Fact } from '../facts/index.ts';
import type { AutoscalingSettings } from '../scaling/settings.ts';
import type { Assumption, ResourceSettings } from './resolved.ts';
import { formatDuration } from './units.ts';

interface Scaled {
  readonly name: string;
  readonly autoscaling: AutoscalingSettings;
}

/** Of all resources whose instances come and go. */
export function ofScaling(resources: readonly ResourceSettings[]): Assumption[] {
  const scaled = resources.flatMap((one): Scaled[] =>
    'autoscaling' in one && one.autoscaling !== null ? [{ name: one.name, autoscaling: one.autoscaling }] : [],
  );
  const found: Assumption[] = [];
  const say = (who: readonly Scaled[], text: string, source: string): void => {
    if (who.length > 0) found.push({ about: [...new Set(who.map(({ name }) => name))].join(', '), text, source });
  };
  const f = autoscalingFacts;
  say(
    scaled,
    `Autoscaling sees means over whole periods (${periodsOf(scaled)}), each ${delaysOf(scaled)} after its end; AWS publishes no delay, and a minute or two is usual.`,
    'assumed',
  );
  say(
    scaled.filter(({ autoscaling }) => isDefaultStartup(autoscaling)),
    `A new instance takes work ${formatDuration(f.startupUs.value)} after the decision (startup is not given): containers need tens of seconds, machines minutes.`,
    'assumed',
  );
  const tracking = scaled.filter(({ autoscaling }) => autoscaling.policy.kind === 'target');
  say(
    tracking,
    'Target tracking asks for capacity × metric ÷ target; one scale-in takes away at most a part of it (scaleInAtMost): AWS says only that it scales in more gradually than out.',
    'assumed',
  );
  say(
    tracking,
    `Its alarms need ${f.scaleOutPeriods.value} periods above the target, or ${f.scaleInPeriods.value} under ${f.scaleInBelow.value * 100} % of it, unless they are set: AWS's own alarms look so for ECS; EC2 groups go under 70 %.`,
    sourceOf(f.scaleOutPeriods),
  );
  say(
    scaled.filter(({ autoscaling }) => autoscaling.metric === 'backlogPerInstance'),
    'Backlog per instance is the exact mean of visible messages ÷ running instances; CloudWatch sees one approximate reading a minute.',
    'model',
  );
  return found;
}

function isDefaultStartup({ startup }: AutoscalingSettings): boolean {
  return startup.kind === 'constant' && startup.value === autoscalingFacts.startupUs.value;
}

function periodsOf(scaled: readonly Scaled[]): string {
  return [...new Set(scaled.map(({ autoscaling }) => formatDuration(autoscaling.periodUs)))].join(' or ');
}

function delaysOf(scaled: readonly Scaled[]): string {
  return [...new Set(scaled.map(({ autoscaling }) => formatDuration(autoscaling.delayUs)))].join(' or ');
}

function sourceOf(fact: Fact): string {
  return `${fact.source} (${fact.date})`;
}
