/** Speed of ActiveMQ through OpenWire, CPU time: sent, dispatched by prefetch, acknowledged one by one; without costs, persistent, and on a processor and a disk. Run: npm run bench activemq */
import { Simulation } from '../src/kernel/index.ts';
import {
  AckType,
  ActiveMqBroker,
  type ActiveMqSettings,
  type DeliveredMessage,
  type MessageAck,
  type MessageInput,
  type OpenWireOwner,
} from '../src/services/mq/index.ts';

const BATCH = 200;

class Client implements OpenWireOwner {
  readonly inHand: number[] = [];
  onDispatch(_: number, { id }: DeliveredMessage): void {
    this.inHand.push(id);
  }
  onPullTimeout(): void {}
  onResponse(): void {}
  onClosed(): void {}
  onBlocked(): void {}
  onUnblocked(): void {}
}

/** Thousands of messages a second. */
function rate(settings: ActiveMqSettings, persistent: boolean, messages: number): number {
  const sim = new Simulation({ seed: 1 });
  const broker = new ActiveMqBroker(sim, settings);
  const client = new Client();
  const connection = broker.connect(client);
  if (connection === null) throw new Error('nobody is there');
  connection.addConsumer(-1, 1, { destination: 'queue://a', prefetch: 1000 });
  const input: MessageInput = { body: 0, bytes: 1000, persistent, expirationMs: -1, priority: -1, group: -1 };
  const ack: MessageAck = { consumer: 1, type: AckType.individual, first: 0, last: 0, count: 1, transaction: -1 };
  let acknowledged = 0;
  const start = process.cpuUsage();
  for (let i = 0; i < messages; i += BATCH) {
    for (let k = 0; k < BATCH; k++) {
      input.body = i + k;
      connection.send(i + k, 'queue://a', input, -1);
    }
    sim.run();
    for (const id of client.inHand) {
      ack.first = id;
      ack.last = id;
      connection.acknowledge(-1, ack);
    }
    acknowledged += client.inHand.length;
    client.inHand.length = 0;
    sim.run();
  }
  const { user, system } = process.cpuUsage(start);
  if (acknowledged !== messages) throw new Error(`acknowledged ${acknowledged}`);
  return messages / ((user + system) / 1e3);
}

function median(settings: ActiveMqSettings, persistent: boolean): string {
  rate(settings, persistent, 100_000);
  const rates = [1, 2, 3].map(() => rate(settings, persistent, 200_000)).toSorted((a, b) => a - b);
  return `${(rates[1] as number).toFixed(0)} k messages/s`;
}

console.log('ActiveMQ over OpenWire, CPU time, median of 3');
console.log(`not persistent:                     ${median({}, false)}`);
console.log(`persistent:                         ${median({}, true)}`);
const costs = { commandUs: 10, dispatchUs: 5, diskLatencyUs: 2000 };
console.log(`persistent, on processor and disk:  ${median({ costs }, true)}`);
