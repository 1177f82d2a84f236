/** Who is denied what at a queue or a topic, and why: told from the scenario alone, since nothing of a run decides it. */
import type { AwsSettings, ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { strikes } from '../scenario/strikes.ts';
import { deliversTo, topicsOf } from '../scenario/topics.ts';
import type { Policy } from '../services/iam/index.ts';
import { type CallerName, callerSettings } from './callers.ts';
import { decide } from './decisions.ts';
import { type Guarded, guardedQueue, guardedTopic } from './guarded.ts';
import { type Identity, identityOf } from './identity.ts';
import { decideKey, KEY_ACTIONS } from './key-decisions.ts';
import { queuePolicy, scriptedPolicies, topicPolicy } from './own-policies.ts';

/** Who may not do what, and why. */
export interface Denial {
  readonly caller: string;
  readonly action: string;
  readonly because: string;
  /** From when on, where the script changes a policy; null: from the start. */
  readonly fromMs: number | null;
}

type Use = 'send' | 'receive' | 'publish';
const USED: Readonly<
  Record<Use, { readonly actions: readonly [string, ...string[]]; readonly key: keyof typeof KEY_ACTIONS }>
> = {
  send: { actions: ['SendMessage'], key: 'produce' },
  receive: { actions: ['ReceiveMessage', 'DeleteMessage'], key: 'consume' },
  publish: { actions: ['Publish'], key: 'produce' },
};

interface Client {
  readonly name: CallerName;
  readonly use: Use;
}

/** Empty where everybody is let in, or the resource is neither queue nor topic. */
export function denialsOf(scenario: ResolvedScenario, design: ResolvedDesign, resource: string): Denial[] {
  const { aws } = scenario;
  const settings = design.resources.find(({ name }) => name === resource);
  if (aws === undefined || settings === undefined) return [];
  if (settings.type !== 'sqs' && settings.type !== 'sns') return [];
  const isQueue = settings.type === 'sqs';
  const guarded = isQueue ? guardedQueue(settings, aws) : guardedTopic(settings, aws);
  const own = isQueue ? queuePolicy(settings, design, aws) : topicPolicy(settings, aws);
  const clients = isQueue ? clientsOfQueue(design, resource) : sendersTo(design, resource, 'publish');
  const policies = [{ policy: own, fromUs: null }, ...scripted(scenario, design, resource)];
  return policies.flatMap(({ policy, fromUs }) =>
    clients.flatMap(({ name, use }): Denial[] => {
      const caller = callerSettings(scenario, design, name);
      const found = denial(identityOf(caller, aws, guarded.region), guarded, use, policy, aws);
      return found === null ? [] : [{ caller: caller.name, ...found, fromMs: fromUs === null ? null : fromUs / 1000 }];
    }),
  );
}

function denial(
  identity: Identity,
  guarded: Guarded,
  use: Use,
  policy: Policy | null,
  aws: AwsSettings,
): Pick<Denial, 'action' | 'because'> | null {
  const { actions, key } = USED[use];
  if (!identity.tls && guarded.encryption?.kind === 'kms') {
    const what = guarded.service === 'sqs' ? 'queue' : 'topic';
    return { action: actions[0], because: `an encrypted ${what} takes no call without TLS` };
  }
  for (const action of actions) {
    const { verdict, because } = decide(identity, guarded, `${guarded.service}:${action}`, policy);
    if (verdict !== 'allowed') return { action, because };
  }
  const keyless = decideKey(identity, guarded, KEY_ACTIONS[key], aws);
  return keyless === null ? null : { action: actions[0], because: `KMS: ${keyless.because}` };
}

/** Policies that the script puts in the place of its own, in this design. */
function scripted(scenario: ResolvedScenario, design: ResolvedDesign, resource: string) {
  return scriptedPolicies(
    scenario.faults.filter((fault) => strikes(scenario, design, fault)),
    resource,
  );
}

function clientsOfQueue(design: ResolvedDesign, queue: string): Client[] {
  const topics = topicsOf(design).filter((topic) => deliversTo(topic, queue));
  const readers = design.resources.filter((one) => 'source' in one && one.source === queue);
  return [
    ...sendersTo(design, queue, 'send'),
    ...topics.map(({ name }): Client => ({ name: { topic: name }, use: 'send' })),
    ...readers.map(({ name }): Client => ({ name, use: 'receive' })),
  ];
}

function sendersTo({ entries }: ResolvedDesign, resource: string, use: Use): Client[] {
  return entries.filter((entry) => entry.resource === resource).map(({ traffic }) => ({ name: traffic, use }));
}
