/** What topics rest on that AWS does not publish, or that a default decided. */
import { type Fact, snsFacts } from '../facts/index.ts';
import { SNS_FIFO_LATENCY, SNS_LATENCY } from '../services/sns/schema.ts';
import type { SnsSettings } from '../services/sns/settings.ts';
import type { Assumption, ResourceSettings } from './resolved.ts';

const ASSUMED = 'assumed';

/** Empty where there is no topic. */
export function ofTopics(resources: readonly ResourceSettings[]): Assumption[] {
  const topics = resources.filter((one) => one.type === 'sns');
  const found: Assumption[] = [];
  const say = (about: readonly { readonly name: string }[], text: string, source = ASSUMED): void => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const silent = (fifo: boolean): SnsSettings[] => {
    const preset = fifo ? SNS_FIFO_LATENCY : SNS_LATENCY;
    return topics.filter(
      (one) =>
        one.fifo === fifo && (one.latency.publish === preset.publish || one.latency.delivery === preset.delivery),
    );
  };
  const { endToEndP50Ms, endToEndP99Ms, fifoEndToEndP50Ms, fifoEndToEndP99Ms } = snsFacts;
  say(
    silent(false),
    latencyText('a message reaches a function', endToEndP50Ms, endToEndP99Ms),
    fittedTo(endToEndP50Ms),
  );
  say(
    silent(true),
    latencyText('a message reaches a function behind a FIFO queue', fifoEndToEndP50Ms, fifoEndToEndP99Ms),
    fittedTo(fifoEndToEndP50Ms),
  );
  say(
    topics,
    `A topic takes what a second's worth of its quota is at once; AWS publishes no burst. Waits between two attempts at a delivery are jittered by up to ${snsFacts.retryJitter.value * 100} % to both sides; AWS says that it jitters, not how.`,
  );
  say(
    topics.filter(({ subscriptions }) => subscriptions.some(({ rawMessageDelivery }) => !rawMessageDelivery)),
    `The envelope of a delivery that is not raw adds ${snsFacts.envelopeBytes.value} B (FIFO topics: ${snsFacts.envelopeFifoBytes.value} B).`,
  );
  say(
    topics.filter(({ subscriptions }) => subscriptions.some(({ unsubscribeUs }) => unsubscribeUs !== null)),
    'What is on its way to a subscription that is taken away still goes there.',
  );
  say(
    topics.filter(({ subscriptions }) => subscriptions.some(({ deadLetterQueue }) => deadLetterQueue !== null)),
    'What the dead-letter queue of a subscription does not take is dropped; it is not tried again.',
  );
  say(
    resources.filter((one) => one.type === 'sink'),
    'It takes any load, each message in its own time.',
    'model',
  );
  return found;
}

function latencyText(what: string, median: Fact, tail: Fact): string {
  return `Where none are given, the round trip of a publish and the way to an endpoint are fitted so that ${what} in ${median.value} ms (median) and ${tail.value} ms (99th percentile), as once measured; AWS publishes neither.`;
}

function fittedTo({ source, date }: Fact): string {
  return `assumed, after ${source} (${date})`;
}
