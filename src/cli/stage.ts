/** What a history's reader must know of the design: who plays, and what records leave out. */
import type { ResolvedScenario } from '../scenario/index.ts';

type ResourceSettings = ResolvedScenario['designs'][number]['resources'][number];

export interface Stage {
  readonly traffic: readonly string[];
  readonly resources: readonly { readonly name: string; readonly type: string }[];
  /** A queue's own visibility timeout, microseconds. */
  readonly visibilityUs: (queue: string) => number;
  /** What the subscription at a place of a topic delivers to. */
  readonly subscription: (topic: string, place: number) => string;
  /** Where a queue's messages go after so many receives; null: nowhere. */
  readonly deadLetters: (queue: string) => { readonly queue: string; readonly maxReceiveCount: number } | null;
  /** Whom a resource calls, and whom that calls in turn. */
  readonly behind: (name: string) => readonly string[];
  /** Those of queues and of subscriptions. */
  readonly deadLetterQueues: ReadonlySet<string>;
}

export function stageOf(scenario: ResolvedScenario, design: string): Stage {
  const resources = scenario.designs.find(({ name }) => name === design)?.resources ?? [];
  const timeouts = new Map<string, number>();
  const subscriptions = new Map<string, readonly string[]>();
  const redrives = new Map<string, { readonly queue: string; readonly maxReceiveCount: number }>();
  const deadLetterQueues = new Set<string>();
  for (const settings of resources) {
    if (settings.type === 'sqs') {
      timeouts.set(settings.name, settings.visibilityTimeoutUs);
      if (settings.redrive !== null) {
        const { deadLetterQueue: queue, maxReceiveCount } = settings.redrive;
        redrives.set(settings.name, { queue, maxReceiveCount });
        deadLetterQueues.add(queue);
      }
    }
    if (settings.type !== 'sns') continue;
    subscriptions.set(
      settings.name,
      settings.subscriptions.map(({ to }) => to),
    );
    for (const { deadLetterQueue } of settings.subscriptions) {
      if (deadLetterQueue !== null) deadLetterQueues.add(deadLetterQueue);
    }
  }
  return {
    traffic: scenario.traffic.map(({ name }) => name),
    resources: resources.map(({ name, type }) => ({ name, type })),
    visibilityUs: (queue) => timeouts.get(queue) ?? 0,
    subscription: (topic, place) => subscriptions.get(topic)?.[place] ?? `subscription ${place}`,
    behind: (name) => reachable(name, resources),
    deadLetters: (queue) => redrives.get(queue) ?? null,
    deadLetterQueues,
  };
}

function reachable(from: string, resources: readonly ResourceSettings[]): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const settings = resources.find((one) => one.name === name);
    for (const to of settings === undefined ? [] : calledBy(settings)) {
      if (found.has(to)) continue;
      found.add(to);
      visit(to);
    }
  };
  visit(from);
  return [...found];
}

function calledBy(settings: ResourceSettings): string[] {
  if (settings.type === 'service') return settings.calls.map(({ to }) => to);
  if (settings.type === 'consumer' || settings.type === 'lambda') return settings.handler.calls.map(({ to }) => to);
  return [];
}
