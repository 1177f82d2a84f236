/** The policy of each resource as it stands: what is written, else AWS's default, else none; the script may put another in its place. */
import type { AwsSettings, ResolvedDesign } from '../scenario/resolved.ts';
import { topicsOf } from '../scenario/topics.ts';
import { parsePolicy, type Policy } from '../services/iam/index.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { FaultSettings } from '../workload/settings.ts';
import type { TopicSettings } from './callers.ts';
import { defaultQueuePolicy, defaultTopicPolicy } from './default-policies.ts';

/** null: it has none. */
export function queuePolicy(
  queue: Pick<SqsSettings, 'name' | 'fifo' | 'access'>,
  design: ResolvedDesign,
  aws: AwsSettings,
): Policy | null {
  return parsed(queue, defaultQueuePolicy(queue, topicsOf(design), aws));
}

export function topicPolicy(topic: TopicSettings, aws: AwsSettings): Policy | null {
  return parsed(topic, defaultTopicPolicy(topic, aws));
}

function parsed({ name, access }: TopicSettings, byDefault: unknown): Policy | null {
  const own = access?.policy ?? null;
  if (own !== null) return parsePolicy(own, `policy of ${name}`, 'resource');
  return byDefault === null ? null : parsePolicy(byDefault, `default policy of ${name}`, 'resource');
}

/** Policies that the script puts in the place of a resource's own. */
export function scriptedPolicies(
  faults: readonly FaultSettings[],
  resource: string,
): { readonly policy: Policy; readonly fromUs: number }[] {
  return faults.flatMap((fault) =>
    fault.policy !== undefined && fault.target.kind === 'resource' && fault.target.resource === resource
      ? [{ policy: scriptedPolicy(fault.policy, resource), fromUs: fault.atUs }]
      : [],
  );
}

function scriptedPolicy(json: unknown, resource: string): Policy {
  return parsePolicy(json, `scripted policy of ${resource}`, 'resource');
}

interface Standing {
  /** Its own first; the last one is in force. */
  readonly policies: (Policy | null)[];
  readonly watchers: ((policy: Policy | null) => void)[];
}

/** Policies in force during a run. */
export class PoliciesInForce {
  readonly #standing = new Map<string, Standing>();

  /** Tells the policy in force now, and each that takes its place. */
  watch(resource: string, own: () => Policy | null, watcher: (policy: Policy | null) => void): void {
    let standing = this.#standing.get(resource);
    if (standing === undefined) {
      standing = { policies: [own()], watchers: [] };
      this.#standing.set(resource, standing);
    }
    standing.watchers.push(watcher);
    watcher(standing.policies.at(-1) ?? null);
  }

  /** Puts a policy in the place of a resource's own; the returned function ends it. */
  change(resource: string, json: unknown): () => void {
    const standing = this.#standing.get(resource);
    if (standing === undefined) return () => {};
    const policy = scriptedPolicy(json, resource);
    const tell = (): void => {
      for (const watcher of standing.watchers) watcher(standing.policies.at(-1) ?? null);
    };
    standing.policies.push(policy);
    tell();
    return () => {
      standing.policies.splice(standing.policies.lastIndexOf(policy), 1);
      tell();
    };
  }
}
