/** What access and encryption rest on that AWS does not publish, or that a default decided. */
import { isOptIn, kmsFacts } from '../facts/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { KMS_DEFAULTS } from '../services/kms/schema.ts';
import type { SnsSettings } from '../services/sns/settings.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { deliversTo, topicsOf } from './topics.ts';
import type { Assumption, AwsSettings, ResolvedDesign, ResolvedScenario } from './resolved.ts';

type About = readonly { readonly name: string }[];
type Say = (about: About, text: string, source?: string) => void;

/** Empty where a scenario says nothing of access, and has no topics. */
export function ofAccess(scenario: ResolvedScenario): Assumption[] {
  const found: Assumption[] = [];
  const say: Say = (about, text, source = 'assumed') => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const { aws, designs } = scenario;
  const resources = [...new Set(designs.flatMap((design) => design.resources))];
  const queues = resources.filter((one) => one.type === 'sqs');
  const topics = [...new Set(designs.flatMap(topicsOf))];
  ofDeliveries(designs, aws, say);
  if (aws === undefined) return found;
  const callers = [...scenario.traffic, ...resources.filter((one) => one.type === 'consumer' || one.type === 'lambda')];
  say(
    callers.filter(({ role }) => (role?.policies ?? null) === null),
    'No identity policies are given: its role may do everything in its own account, and whatever another account’s policies let it do.',
    'default',
  );
  say(
    callers.filter(({ role }) => role?.tls !== false),
    'Calls are encrypted on their way (TLS) over connections that are open already: no time is spent on handshakes.',
  );
  ofKms(scenario, aws, { queues, topics }, say);
  say(
    [...queues, ...topics].filter(({ access }) => access?.encryption?.kind === 'client-side'),
    'Client-side encryption adds the same bytes and the same time to every message; requests for its own keys are not modelled.',
  );
  return found;
}

function ofKms(
  { faults }: ResolvedScenario,
  { kms }: AwsSettings,
  { queues, topics }: { readonly queues: readonly SqsSettings[]; readonly topics: readonly SnsSettings[] },
  say: Say,
): void {
  const byKms = (one: SqsSettings | SnsSettings): boolean => one.access?.encryption?.kind === 'kms';
  const [encryptedQueues, encryptedTopics] = [queues.filter(byKms), topics.filter(byKms)];
  const encrypted = [...encryptedQueues, ...encryptedTopics];
  if (kms.latency === KMS_DEFAULTS.latency)
    say(
      encrypted,
      `A request to KMS takes ${kmsFacts.latencyP50Us.value / 1000} ms in the median and ${kmsFacts.latencyP99Us.value / 1000} ms at the 99th percentile; AWS publishes neither.`,
    );
  say(
    encryptedQueues,
    'The KMS quota is a bucket of one second’s worth of what others leave, with SQS’s two requests for a sender’s key and one for a receiver’s; a receive asks for its key when it arrives, whether or not there are messages. What KMS has answered is kept when the next request is throttled.',
  );
  say(
    encryptedTopics,
    'The KMS quota is a bucket of one second’s worth of what others leave, with SNS’s two requests for a publisher’s key.',
  );
  say(
    encryptedQueues.filter(({ name }) => topics.some((topic) => deliversTo(topic, name))),
    'What SNS’s deliveries ask of KMS is taken from the quota of the topic’s account; AWS does not say whose it is.',
  );
  say(
    encrypted.filter(({ name }) =>
      faults.some(({ kmsDown, target }) => kmsDown === true && target.kind === 'resource' && target.resource === name),
    ),
    'While KMS is out of reach a call that has no data key at all ends in an error that clients try again; AWS does not say which.',
  );
}

/** Permissions that nobody wrote, and without which nothing would arrive. */
function ofDeliveries(
  designs: readonly ResolvedDesign[],
  { account, region }: Pick<AwsSettings, 'account' | 'region'> = WHEREABOUTS,
  say: Say,
): void {
  const ownerOf = ({ access }: SqsSettings | SnsSettings): string => access?.account ?? account;
  const placeOf = ({ access }: SqsSettings | SnsSettings): string => access?.region ?? region;
  const pairs = designs.flatMap((design) =>
    topicsOf(design).flatMap((topic) =>
      design.resources
        .filter((one) => one.type === 'sqs')
        .filter(({ name }) => deliversTo(topic, name))
        .map((queue) => ({ queue, topic })),
    ),
  );
  say(
    pairs
      .filter(({ queue, topic }) => (queue.access?.policy ?? null) === null && ownerOf(queue) === ownerOf(topic))
      .map(({ queue }) => queue),
    'It has the policy that the console and the CDK write: SNS may send to it for each topic of its own account that delivers to it. For another account’s topic there is none.',
  );
  say(
    pairs
      .filter(({ queue, topic }) => placeOf(queue) === placeOf(topic) && isOptIn(placeOf(queue)))
      .map(({ queue }) => queue),
    'Within its opt-in Region SNS is known under both of its names; which one counts AWS says for deliveries between Regions only.',
  );
  say(
    designs
      .flatMap(topicsOf)
      .filter(({ subscriptions }) =>
        subscriptions.some(({ protocol }) => protocol === 'lambda' || protocol === 'firehose'),
      ),
    'That its functions and delivery streams let it in is taken for granted: their permissions are not checked.',
  );
}
