/** One of everything, as short as it can be written: what a scenario assumes of itself is told by reading it. */
import { type Assumption, parseScenario } from '../../scenario/index.ts';

/** Each part bears the name of its topic. */
export const EXAMPLE = `seed: 1
horizon: 1m
traffic: { traffic: { rate: 1/s } }
designs:
  synchronous:
    traffic: { traffic: service }
    resources:
      calls: { type: service, serviceTime: 5ms }
      service: { type: service, serviceTime: 5ms, calls: [{ to: calls }] }
  queued:
    traffic: { traffic: sqs }
    resources:
      sqs: { type: sqs }
      consumer: { type: consumer, source: sqs, handler: { time: 5ms } }
  serverless:
    traffic: { traffic: queue }
    resources:
      queue: { type: sqs }
      lambda: { type: lambda, source: queue, handler: { time: 5ms } }
  streamed:
    traffic: { traffic: kinesis }
    resources:
      kinesis: { type: kinesis, recordDistribution: AUTO, streamMode: on-demand }
      reader: { type: consumer, source: kinesis, handler: { time: 5ms } }
      analytics: { type: analytics, source: kinesis, window: { tumbling: 1m } }
  collected:
    traffic: { traffic: firehose }
    resources:
      firehose: { type: firehose }
  brokered:
    traffic: { traffic: mq }
    resources:
      mq: { type: mq, engine: rabbitmq, queues: [{ name: jobs }] }
      worker: { type: consumer, source: mq, handler: { time: 5ms } }
  watched:
    traffic: { traffic: video }
    resources:
      video: { type: video }
  published:
    traffic: { traffic: sns }
    resources:
      sns: { type: sns, subscriptions: [{ to: sink, protocol: email }] }
      sink: { type: sink }
`;

/** What the part of that name rests on where nothing more is said; for `calls` only what calls add to the service they reach. */
export function assumptionsOf(topic: string): Assumption[] {
  const parsed = parseScenario(EXAMPLE, { file: 'example', name: 'example', readText: () => undefined });
  if (!parsed.ok) throw new Error(`the example of spillway explain has errors: ${parsed.errors[0]?.message ?? ''}`);
  return parsed.scenario.assumptions.filter(({ about }) => {
    const names = about.split(', ');
    return names.includes(topic) && !(topic === 'calls' && names.includes('service'));
  });
}
