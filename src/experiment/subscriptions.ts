/** The deliveries of a design's topics over all replications: what each subscription's became, and how long it took. */
import type { ResolvedScenario } from '../scenario/resolved.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { SubscriptionResult } from './result.ts';
import { mean, TrafficSample } from './summaries.ts';

/** null: the design has no such subscription. */
export function subscriptionSample(
  scenario: ResolvedScenario,
  outcomes: readonly ReplicationOutcome[],
  topic: string,
  to: string,
): TrafficSample | null {
  const own = outcomes.flatMap(
    ({ subscriptions }) => subscriptions?.find((one) => one.topic === topic && one.to === to)?.outcome ?? [],
  );
  return own.length === 0 ? null : new TrafficSample(own, (scenario.horizonUs - scenario.warmupUs) / 1e6);
}

/** Those of one topic, in declared order; empty of anything that is no topic. */
export function subscriptionsOf(
  scenario: ResolvedScenario,
  outcomes: readonly ReplicationOutcome[],
  topic: string,
): [string, SubscriptionResult][] {
  const names = (outcomes[0]?.subscriptions ?? []).filter((one) => one.topic === topic).map(({ to }) => to);
  return names.map((to): [string, SubscriptionResult] => {
    const sample = subscriptionSample(scenario, outcomes, topic, to) as TrafficSample;
    return [
      to,
      {
        offered: sample.total('offered'),
        completed: sample.total('completed'),
        lost: sample.total('lost'),
        deadLettered: sample.total('deadLettered'),
        expired: sample.total('expired'),
        inSystem: sample.total('inSystem'),
        duplicates: sample.total('duplicates'),
        resolvedInDrain: sample.total('resolvedInDrain'),
        completionMs: sample.summary('completionMs'),
        throughputPerSecond: mean(sample.rates('throughput')) ?? 0,
      },
    ];
  });
}
