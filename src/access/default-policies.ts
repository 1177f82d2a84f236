/** The policies that resources have without their owner writing one. */
import type { AwsSettings } from '../scenario/resolved.ts';
import { deliversTo } from '../scenario/topics.ts';
import type { SnsSettings } from '../services/sns/settings.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { TopicSettings } from './callers.ts';
import { guardedQueue, guardedTopic } from './guarded.ts';
import { snsPrincipals } from './identity.ts';

/**
 * What the console and the CDK write when a queue subscribes to a topic of its own account, or becomes the dead-letter queue of such a
 * subscription: SNS may send, for that topic. That somebody has done so is assumed. null: no such topic, or the queue has a policy of its own.
 */
export function defaultQueuePolicy(
  queue: Pick<SqsSettings, 'name' | 'fifo' | 'access'>,
  topics: readonly SnsSettings[],
  aws: AwsSettings,
): { readonly Version: string; readonly Statement: readonly Readonly<Record<string, unknown>>[] } | null {
  if ((queue.access?.policy ?? null) !== null) return null;
  const to = guardedQueue(queue, aws);
  const from = topics.filter((topic) => deliversTo(topic, queue.name)).map((topic) => guardedTopic(topic, aws));
  const statements = from
    .filter(({ account }) => account === to.account)
    .map((topic) => ({
      Effect: 'Allow',
      Principal: { Service: snsPrincipals(topic.region, to.region)[0] },
      Action: 'sqs:SendMessage',
      Resource: to.arn,
      Condition: { ArnEquals: { 'aws:SourceArn': topic.arn } },
    }));
  return statements.length === 0 ? null : { Version: '2012-10-17', Statement: statements };
}

/** A topic is its owner's: whom that account's own policies let in, and nobody else. null: it has a policy of its own. */
export function defaultTopicPolicy(topic: TopicSettings, aws: AwsSettings): unknown {
  if ((topic.access?.policy ?? null) !== null) return null;
  const { account, arn } = guardedTopic(topic, aws);
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sns:*', Resource: arn }],
  };
}
