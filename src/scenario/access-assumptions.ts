/** What access and encryption rest on that AWS does not publish, or that a default decided. */
import { kmsFacts } from '../facts/index.ts';
import { KMS_DEFAULTS } from '../services/kms/schema.ts';
import type { Assumption, ResolvedScenario } from './resolved.ts';

/** Empty where a scenario says nothing of access. */
export function ofAccess(scenario: ResolvedScenario): Assumption[] {
  const { aws, traffic, designs } = scenario;
  if (aws === undefined) return [];
  const found: Assumption[] = [];
  const resources = [...new Set(designs.flatMap((design) => design.resources))];
  const say = (about: readonly { readonly name: string }[], text: string, source = 'assumed'): void => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const callers = [...traffic, ...resources.filter((one) => one.type === 'consumer' || one.type === 'lambda')];
  say(
    callers.filter(({ role }) => (role?.policies ?? null) === null),
    'No identity policies are given: its role may do everything in its own account, and whatever another account’s policies let it do.',
    'default',
  );
  say(
    callers.filter(({ role }) => role?.tls !== false),
    'Calls are encrypted on their way (TLS) over connections that are open already: no time is spent on handshakes.',
  );
  const encrypted = resources.flatMap((one) =>
    one.type === 'sqs' && one.access?.encryption != null ? [{ name: one.name, kind: one.access.encryption.kind }] : [],
  );
  const byKms = encrypted.filter(({ kind }) => kind === 'kms');
  if (aws.kms.latency === KMS_DEFAULTS.latency)
    say(
      byKms,
      `A request to KMS takes ${kmsFacts.latencyP50Us.value / 1000} ms in the median and ${kmsFacts.latencyP99Us.value / 1000} ms at the 99th percentile; AWS publishes neither.`,
    );
  say(
    byKms,
    'The KMS quota is a bucket of one second’s worth of what others leave, with SQS’s two requests for a sender’s key and one for a receiver’s; a receive asks for its key when it arrives, whether or not there are messages. What KMS has answered is kept when the next request is throttled.',
  );
  say(
    encrypted.filter(({ kind }) => kind === 'client-side'),
    'Client-side encryption adds the same bytes and the same time to every message; requests for its own keys are not modelled.',
  );
  return found;
}
