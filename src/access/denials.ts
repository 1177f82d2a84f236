/** Who is denied what at a queue, and why: told from the scenario alone, since nothing of a run decides it. */
import type { AwsSettings, ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { parsePolicy, type Policy } from '../services/iam/index.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { decide, decideKey, guardedQueue, type Identity, identityOf } from './decisions.ts';
import { KEY_ACTIONS } from './guarded-queue.ts';
import { callerSettings } from './callers.ts';
import { strikes } from '../scenario/strikes.ts';

/** Who may not do what, and why. */
export interface Denial {
  readonly caller: string;
  readonly action: string;
  readonly because: string;
  /** From when on, where the script changes a policy; null: from the start. */
  readonly fromMs: number | null;
}

type Use = 'produce' | 'consume';
const USED: Readonly<Record<Use, readonly string[]>> = {
  produce: ['SendMessage'],
  consume: ['ReceiveMessage', 'DeleteMessage'],
};

/** Empty where everybody is let in, or the resource is no queue. */
export function denialsOf(scenario: ResolvedScenario, design: ResolvedDesign, resource: string): Denial[] {
  const { aws } = scenario;
  const queue = design.resources.find((one): one is SqsSettings => one.name === resource && one.type === 'sqs');
  if (aws === undefined || queue === undefined) return [];
  return policiesOf(scenario, design, queue).flatMap(({ policy, fromUs }) =>
    callersOf(design, resource).flatMap(({ name, use }): Denial[] => {
      const identity = identityOf(callerSettings(scenario, design, name), aws);
      const found = denial(identity, queue, use, policy, aws);
      return found === null ? [] : [{ caller: name, ...found, fromMs: fromUs === null ? null : fromUs / 1000 }];
    }),
  );
}

function denial(
  identity: Identity,
  queue: SqsSettings,
  use: Use,
  policy: Policy | null,
  aws: AwsSettings,
): Pick<Denial, 'action' | 'because'> | null {
  const guarded = guardedQueue(queue, aws);
  if (!identity.tls && guarded.encryption?.kind === 'kms') {
    return { action: USED[use][0] as string, because: 'an encrypted queue takes no call without TLS' };
  }
  for (const action of USED[use]) {
    const { verdict, because } = decide(identity, guarded, `sqs:${action}`, policy);
    if (verdict !== 'allowed') return { action, because };
  }
  const key = decideKey(identity, guarded, KEY_ACTIONS[use], aws);
  return key === null ? null : { action: USED[use][0] as string, because: `KMS: ${key.because}` };
}

/** Its own policy, and those that the script puts in its place. */
function policiesOf(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  queue: SqsSettings,
): { readonly policy: Policy | null; readonly fromUs: number | null }[] {
  const json = queue.access?.policy ?? null;
  const own = json === null ? null : parsePolicy(json, `policy of ${queue.name}`, 'resource');
  const scripted = scenario.faults.flatMap((fault) => {
    if (fault.policy === undefined || fault.target.kind !== 'resource' || fault.target.resource !== queue.name)
      return [];
    if (!strikes(scenario, design, fault)) return [];
    return [{ policy: parsePolicy(fault.policy, `scripted policy of ${queue.name}`, 'resource'), fromUs: fault.atUs }];
  });
  return [{ policy: own, fromUs: null }, ...scripted];
}

function callersOf(
  { entries, resources }: ResolvedDesign,
  queue: string,
): { readonly name: string; readonly use: Use }[] {
  const senders = entries.filter(({ resource }) => resource === queue).map(({ traffic }) => traffic);
  const readers = resources.filter((one) => 'source' in one && one.source === queue).map(({ name }) => name);
  return [
    ...senders.map((name) => ({ name, use: 'produce' as const })),
    ...readers.map((name) => ({ name, use: 'consume' as const })),
  ];
}
