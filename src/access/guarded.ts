/** A resource as its callers address it: its ARN, where it is, and how it is encrypted. */
import type { Encryption } from '../calls/access.ts';
import { kmsFacts } from '../facts/index.ts';
import type { AwsSettings } from '../scenario/resolved.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { TopicSettings } from './callers.ts';

export interface Guarded {
  readonly name: string;
  readonly service: 'sqs' | 'sns';
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly encryption: Encryption | null;
}

export function guardedQueue(settings: Pick<SqsSettings, 'name' | 'fifo' | 'access'>, aws: AwsSettings): Guarded {
  return guarded('sqs', settings, settings.access?.encryption ?? null, aws);
}

export function guardedTopic(settings: TopicSettings, aws: AwsSettings): Guarded {
  const encryption = settings.access?.encryption ?? null;
  // The period is SNS's own: nobody can set it.
  const fixed =
    encryption?.kind === 'kms' ? { ...encryption, reuseUs: kmsFacts.snsReuseSeconds.value * 1_000_000 } : encryption;
  return guarded('sns', settings, fixed, aws);
}

function guarded(
  service: Guarded['service'],
  { name, fifo, access }: TopicSettings,
  encryption: Encryption | null,
  aws: AwsSettings,
): Guarded {
  const account = access?.account ?? aws.account;
  const region = access?.region ?? aws.region;
  const arn = `arn:aws:${service}:${region}:${account}:${fifo ? `${name}.fifo` : name}`;
  return { name, service, arn, account, region, encryption };
}
