/** A shop with a queue, to which topics are added by hand, and clients that ask for it one call at a time. */
import { Access, ApiLog } from '../../src/access/index.ts';
import type { ResourceAccess } from '../../src/calls/access.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { parseScenario } from '../../src/scenario/index.ts';
import type { ResolvedDesign, ResolvedScenario, ResourceSettings } from '../../src/scenario/resolved.ts';
import type {
  PublishBatchOutput,
  PublishInput,
  PublishOutput,
  SnsPublishing,
} from '../../src/services/sns/operations.ts';
import type { SnsSettings, SubscriptionSettings } from '../../src/services/sns/settings.ts';
import type { SqsOperations } from '../../src/services/sqs/operations.ts';
import type { SqsSettings } from '../../src/services/sqs/settings.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';

export const OURS = '111111111111';
export const THEIRS = '222222222222';

export interface Shop {
  readonly aws?: string;
  readonly traffic?: string;
  readonly queue?: string;
  readonly reader?: string;
  readonly faults?: string;
  readonly topics?: readonly SnsSettings[];
  /** Whether the traffic enters the topic `sales`; default: the queue. */
  readonly publishes?: boolean;
}

/** The scenario and its one design: traffic `buyers`, queue `orders`, consumer `workers`. */
export function shop(more: Shop = {}): { readonly scenario: ResolvedScenario; readonly design: ResolvedDesign } {
  const { aws = '{}', traffic = '', queue = '', reader = '', faults = '', topics = [], publishes = false } = more;
  const text = `
seed: 1
horizon: 60s
replications: 1
aws: ${aws}
traffic:
  buyers: { rate: 10/s${traffic} }
designs:
  queued:
    traffic: { buyers: orders }
    resources:
      orders: { type: sqs${queue} }
      workers: { type: consumer, source: orders, handler: { time: 10ms }${reader} }
${faults === '' ? '' : `faults: ${faults}`}`;
  const outcome = parseScenario(text, { file: 'shop.yaml', name: 'shop', readText: () => undefined });
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  const [written] = outcome.scenario.designs;
  if (written === undefined) throw new Error('no design');
  const design: ResolvedDesign = {
    ...written,
    entries: [{ traffic: 'buyers', resource: publishes ? 'sales' : 'orders' }],
    resources: [...written.resources, ...(topics as readonly unknown[] as readonly ResourceSettings[])],
  };
  return { scenario: { ...outcome.scenario, designs: [design] }, design };
}

type To = Partial<SubscriptionSettings> & Pick<SubscriptionSettings, 'to'>;

export function topic(
  name: string,
  access: Partial<ResourceAccess> | null = null,
  to: readonly To[] = [],
): SnsSettings {
  const none = { kind: 'constant', value: 0 } as const;
  return {
    type: 'sns',
    name,
    fifo: false,
    maximumMessageSizeBytes: 262_144,
    subscriptions: to.map((one) => ({
      protocol: 'sqs',
      filterPolicy: null,
      filterPolicyScope: 'MessageAttributes',
      rawMessageDelivery: false,
      deadLetterQueue: null,
      deliveryPolicy: {
        immediate: 0,
        preBackoff: { count: 0, waitUs: 0 },
        backoff: { count: 0, minUs: 1, maxUs: 1, function: 'linear' },
        postBackoff: { count: 0, waitUs: 0 },
      },
      maxReceivesPerSecond: null,
      subscribeUs: 0,
      unsubscribeUs: null,
      confirmAfterUs: 0,
      ...one,
    })),
    publishQuota: null,
    latency: { publish: none, delivery: none, crossRegion: none },
    ...(access === null ? {} : { access: { account: null, region: null, policy: null, encryption: null, ...access } }),
  };
}

/** Takes everything, and remembers what came. */
export class FakeTopic implements SnsPublishing {
  readonly taken: number[] = [];

  Publish({ bytes }: PublishInput): PublishOutput {
    this.taken.push(bytes);
    return { error: null, MessageId: this.taken.length, SequenceNumber: -1 };
  }

  PublishBatch(entries: readonly PublishInput[], count: number): PublishBatchOutput {
    for (const entry of entries.slice(0, count)) this.taken.push(entry.bytes);
    const ids = Float64Array.from({ length: count }, (_, i) => i + 1);
    return {
      error: null,
      entryErrors: entries.slice(0, count).map(() => null),
      count,
      MessageId: ids,
      SequenceNumber: new Float64Array(count).fill(-1),
    };
  }
}

type Asked = 'SendMessage' | 'ReceiveMessage' | 'DeleteMessage' | 'ChangeMessageVisibility';

/** Takes everything, and has nothing. */
class FakeQueue implements Pick<SqsOperations, Asked> {
  sent = 0;

  SendMessage() {
    this.sent++;
    return { error: null, MessageId: this.sent };
  }

  ReceiveMessage(): number {
    return 1;
  }

  DeleteMessage(): null {
    return null;
  }

  ChangeMessageVisibility(): null {
    return null;
  }
}

export class Stage {
  readonly sim = new Simulation({ seed: 1 });
  readonly sums = new Map<string, number>();
  readonly lines: string[] = [];
  readonly topic = new FakeTopic();
  readonly queue = new FakeQueue();
  readonly state = new EndpointState();
  readonly access: Access;
  readonly #design: ResolvedDesign;

  constructor(more: Shop, logged = false) {
    const { scenario, design } = shop(more);
    this.#design = design;
    const counter = (name: string) => ({
      add: (count: number) => this.sums.set(name, (this.sums.get(name) ?? 0) + count),
    });
    const write = (line: string): number => this.lines.push(line);
    this.access = new Access(this.sim, scenario, design, {
      requests: { ordinal: (request) => request },
      metrics: () => ({ counter }),
      log: logged ? new ApiLog({ write, epochSeconds: 1_767_225_600, most: 1000, run: 'test' }) : null,
    });
  }

  publisher(from: string = 'buyers'): SnsPublishing {
    return this.access.snsClient(from, this.#resource('sales') as SnsSettings, this.topic, this.state);
  }

  /** The queue as that client meets it. */
  sender(from: string | { readonly topic: string }): SqsOperations {
    const settings = this.#resource('orders') as SqsSettings;
    return this.access.sqsClient(from, settings, this.queue as unknown as SqsOperations, this.state);
  }

  /** Code of a publish; null: it went well. */
  publish(client: SnsPublishing, body = 0): string | null {
    return client.Publish({ body, bytes: 100, kind: -1 }).error?.code ?? null;
  }

  send(client: SqsOperations, body = 0): string | null {
    return client.SendMessage({ body, bytes: 100, DelaySeconds: -1 }).error?.code ?? null;
  }

  receive(client: SqsOperations, tag = 0): string | null {
    let code: string | null = null;
    const onReceiveMessage = (_: number, { error }: { error: { code: string } | null }): void => {
      code = error?.code ?? null;
    };
    const input = { MaxNumberOfMessages: 10, VisibilityTimeout: -1, WaitTimeSeconds: -1 };
    client.ReceiveMessage(input, { onReceiveMessage }, tag);
    return code;
  }

  #resource(name: string): unknown {
    const found = this.#design.resources.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }
}
