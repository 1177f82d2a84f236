/** What brokers rest on that AWS does not publish, that a default decided, or that the model simplifies. */
import { type Fact, mqFacts as f } from '../facts/index.ts';
import type { MqSettings, Protocol, StorageType } from '../services/mq/settings.ts';
import type { MqConsumerSettings } from '../workload/settings.ts';
import { readersOfBroker } from './brokers.ts';
import type { Assumption, ResolvedScenario } from './resolved.ts';
import { formatDuration } from './units.ts';

const ASSUMED = 'assumed';
const MODEL = 'model';
const MS = 1_000;

/** A broker of one or more designs, with those who read it there. */
interface Used {
  readonly broker: MqSettings;
  readonly readers: readonly MqConsumerSettings[];
}

/** Empty where there is no broker. */
export function ofBrokers(scenario: ResolvedScenario): Assumption[] {
  const all = usedIn(scenario);
  const found: Assumption[] = [];
  const say = (about: readonly Used[], text: string, source: string = ASSUMED): void => {
    const names = [...new Set(about.map(({ broker }) => broker.name))];
    if (names.length > 0) found.push({ about: names.join(', '), text, source });
  };
  const of = (engine: MqSettings['engine']): Used[] => all.filter(({ broker }) => broker.engine === engine);
  const rabbit = of('rabbitmq');
  const active = of('activemq');

  say(
    all,
    'A request’s work is completed when its message was handled, at every queue that has a copy. One that nobody has any more since its node died, or since what was in hand counted as received, is lost; too old is expired; refused for good, or tried too often, is dead-lettered. Work on a message that comes back is a duplicate if it was done before.',
    MODEL,
  );
  say(
    rabbit,
    processorText([f.rabbitmqPublishVcpuUs, f.rabbitmqDeliverVcpuUs, f.rabbitmqSettleVcpuUs]),
    after(f.rabbitmqClassicPerSecond),
  );
  say(active, processorText([f.activemqSendVcpuUs, f.activemqDispatchVcpuUs, f.activemqAckVcpuUs]));
  for (const storage of ['ebs', 'efs'] as const)
    say(
      all.filter(({ broker }) => broker.storageType === storage && hasUsualCommit(broker)),
      commitText(storage),
      after(rateFact(storage)),
    );
  sayNodes(all, say);
  say(
    all.filter(({ broker: { latency } }) => latency.kind === 'constant' && latency.value === 2 * f.networkUs.value),
    `A way there and back takes ${formatDuration(2 * f.networkUs.value)}: clients are in the zone of the node that they are connected to.`,
  );
  say(
    all,
    'A frame that the network loses breaks its connection, and both ends notice at once: in truth TCP tries again for minutes, and a heartbeat or a keep-alive ends that.',
    MODEL,
  );
  say(
    all.filter(({ broker }) => broker.deploymentMode !== 'singleInstance'),
    'Transfer between zones is not billed: clients are in the zone of their broker, and AWS doesn’t bill what its nodes send each other.',
    MODEL,
  );
  sayProtocols(all, say);
  return found;
}

type Say = (about: readonly Used[], text: string, source?: string) => void;

/** How long nodes are away. */
function sayNodes(all: readonly Used[], say: Say): void {
  const rabbit = all.filter(({ broker }) => broker.engine === 'rabbitmq');
  const active = all.filter(({ broker }) => broker.engine === 'activemq');
  say(
    rabbit.filter(({ broker }) => broker.node.restartUs === f.restartUs.value),
    `A node that dies is back ${formatDuration(f.restartUs.value)} later, or after its zone is; no other takes its place meanwhile.`,
    sourceOf(f.restartUs),
  );
  say(
    rabbit.filter(
      ({ broker: { deploymentMode, node, queues } }) =>
        deploymentMode === 'clusterMultiAz' &&
        node.failoverUs === f.electionUs.value &&
        queues.some(({ kind }) => kind === 'quorum'),
    ),
    `A quorum queue has another leader ${formatDuration(f.electionUs.value)} after it lost its own.`,
  );
  say(
    active.filter(
      ({ broker }) => broker.deploymentMode === 'singleInstance' && broker.node.restartUs === f.standbyStartUs.value,
    ),
    `A node that dies is back ${formatDuration(f.standbyStartUs.value)} later, or after its zone is; no other takes its place meanwhile.`,
  );
  const takeover = f.lockFreeUs.value + f.lockPollUs.value / 2 + f.standbyStartUs.value;
  say(
    active.filter(
      ({ broker }) => broker.deploymentMode === 'activeStandbyMultiAz' && broker.node.failoverUs === takeover,
    ),
    `The standby has taken over ${formatDuration(takeover)} after its active node died: ${formatDuration(f.lockFreeUs.value)} until EFS lets the lock go, ${formatDuration(f.lockPollUs.value / 2)} until it looks, ${formatDuration(f.standbyStartUs.value)} to load the store. AWS says “a short while”.`,
  );
}

function sayProtocols(all: readonly Used[], say: Say): void {
  const mqtt = all.filter((used) => speaks(used, 'mqtt'));
  say(
    mqtt,
    'Topics of MQTT are a world of their own: what is published over MQTT only consumers over MQTT are sent, on either engine.',
    MODEL,
  );
  say(
    all.filter((used) => used.broker.engine === 'rabbitmq' && (speaks(used, 'mqtt') || speaks(used, 'stomp'))),
    'That Amazon MQ for RabbitMQ takes STOMP and MQTT is unconfirmed; RabbitMQ itself does, with its plugins.',
    'unconfirmed',
  );
  say(
    mqtt.filter(({ broker }) => broker.engine === 'activemq'),
    'How ActiveMQ speaks MQTT is read from its source, not measured: it forgets with a connection which packet ids of QoS 2 it has had.',
    'apache/activemq (2026-11), not measured',
  );
  say(
    all.filter(
      ({ broker, readers }) =>
        broker.engine === 'activemq' && readers.some((one) => one.broker.protocol === 'openwire'),
    ),
    `A client of OpenWire tries a message that failed ${f.redeliveriesMax.value} times more by itself, ${formatDuration(f.redeliveryInitialMs.value * MS)} apart, while its session stands still; then the message goes to the dead letters.`,
    sourceOf(f.redeliveriesMax),
  );
  say(
    all.filter(({ broker }) => broker.engine === 'activemq'),
    `${f.activemqHeapShare.value * 100} % of an instance’s memory are ActiveMQ’s heap, and ${f.activemqMemoryShare.value * 100} % of that are for messages. AWS publishes neither.`,
  );
}

/** Brokers with their readers; where several designs share a broker it counts once for each. */
function usedIn({ designs }: ResolvedScenario): Used[] {
  return designs.flatMap((design) =>
    design.resources
      .filter((one) => one.type === 'mq')
      .map((broker) => ({ broker, readers: readersOfBroker(design, broker.name) })),
  );
}

function speaks({ broker, readers }: Used, protocol: Protocol): boolean {
  return broker.publish.protocol === protocol || readers.some((one) => one.broker.protocol === protocol);
}

function processorText(of: readonly [publish: Fact, deliver: Fact, settle: Fact]): string {
  const [publish, deliver, settle] = of.map(({ value }) => formatDuration(value));
  return `Of a node’s processor a message takes ${publish} of a vCPU when it comes, ${deliver} when it goes to a consumer, ${settle} when it is acknowledged, and ${formatDuration(f.vcpuUsPerKib.value)} for each KiB each way; AWS publishes no such times. All vCPUs work as one: a real broker, whose queue is one process, does not use many of them so well.`;
}

function hasUsualCommit({ storageType, node }: MqSettings): boolean {
  return node.commitUs === (storageType === 'ebs' ? f.ebsCommitUs : f.efsCommitUs).value;
}

function rateFact(storage: StorageType): Fact {
  return storage === 'ebs' ? f.enqueuePerSecondEbs : f.enqueuePerSecondEfs;
}

function commitText(storage: StorageType): string {
  const [commit, rate] =
    storage === 'ebs' ? [f.ebsCommitUs, f.ebsBytesPerSecond] : [f.efsCommitUs, f.efsBytesPerSecond];
  return `A write to ${storage.toUpperCase()} takes ${formatDuration(commit.value)}, and ${rate.value / 1e6} MB a second; all that waits goes in one. So one producer that waits for each message does ${rateFact(storage).value} a second, which is what AWS calls approximate.`;
}

function sourceOf(fact: Fact): string {
  return fact.status === 'assumed' ? ASSUMED : `${fact.source} (${fact.date})`;
}

function after(fact: Fact): string {
  return `${ASSUMED}, after ${sourceOf(fact)}`;
}
