/** The topics of a design, and what they deliver to. */
import type { SnsSettings } from '../services/sns/settings.ts';
import type { ResolvedDesign } from './resolved.ts';

export function topicsOf({ resources }: Pick<ResolvedDesign, 'resources'>): SnsSettings[] {
  return resources.filter((one) => one.type === 'sns');
}

/** Whether a topic sends to a queue: what is published, or what it could not deliver elsewhere. */
export function deliversTo({ subscriptions }: Pick<SnsSettings, 'subscriptions'>, queue: string): boolean {
  return subscriptions.some(
    ({ protocol, to, deadLetterQueue }) => (protocol === 'sqs' && to === queue) || deadLetterQueue === queue,
  );
}
