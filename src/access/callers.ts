/** Who calls in a design, with everything filled in: a traffic, a resource under its role, or a topic as the service SNS. */
import type { RoleSettings } from '../calls/access.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { topicsOf } from '../scenario/topics.ts';
import type { SnsSettings } from '../services/sns/settings.ts';

/** What a topic's ARN and guard take of its settings. */
export type TopicSettings = Pick<SnsSettings, 'name' | 'fifo' | 'access'>;

export type CallerSettings =
  | { readonly kind: 'role'; readonly name: string; readonly role: RoleSettings | null }
  /** Its deliveries: SNS makes them, on behalf of the topic. */
  | { readonly kind: 'topic'; readonly name: string; readonly topic: TopicSettings };

/** A name is that of a traffic or of a resource, and a traffic’s where both bear it; `{ topic }` is that topic whatever bears its name. */
export type CallerName = string | { readonly topic: string };

export function callerSettings(scenario: ResolvedScenario, design: ResolvedDesign, caller: CallerName): CallerSettings {
  if (typeof caller !== 'string') return topicCaller(design, caller.topic);
  const traffic = scenario.traffic.find((one) => one.name === caller);
  if (traffic !== undefined) return { kind: 'role', name: caller, role: traffic.role ?? null };
  const resource = design.resources.find((one) => one.name === caller);
  if (resource === undefined) throw new Error(`design ${design.name} has no caller ${caller}`);
  if (topicsOf(design).some(({ name }) => name === caller)) return topicCaller(design, caller);
  return { kind: 'role', name: caller, role: ('role' in resource ? resource.role : undefined) ?? null };
}

function topicCaller(design: ResolvedDesign, name: string): CallerSettings {
  const topic = topicsOf(design).find((one) => one.name === name);
  if (topic === undefined) throw new Error(`design ${design.name} has no topic ${name}`);
  return { kind: 'topic', name, topic };
}
