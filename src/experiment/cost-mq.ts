/**
 * What Amazon MQ bills for: its nodes by the hour, whether they work, wait as a standby or are down; what they store; what clients in other zones send and get. A cluster keeps a
 * copy on each node and pays for each; an active and its standby share one store.
 *
 *   BrokerBill ─▶ nodes × hours, GB-months, GB over zones ─▶ price book
 */
import { MQ_NODE_PRICES, type MqInstanceTypeName, PRICES, priceFacts } from '../facts/index.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { Meter, Usage } from './cost-usage.ts';

const BYTES_PER_GB = 1_073_741_824;

/** Nodes of each way to deploy a broker. */
const NODES = { singleInstance: 1, activeStandbyMultiAz: 2, clusterMultiAz: 3 } as const;

/** What a broker is, and what was used of it in a window. */
export interface BrokerBill {
  readonly deployment: keyof typeof NODES;
  readonly instanceType: MqInstanceTypeName;
  readonly storage: 'efs' | 'ebs';
  /** Hours of the window. */
  readonly hours: number;
  /** What is stored on average, bytes: of each node of a cluster, of the shared store otherwise. */
  readonly storedBytes: number;
  /** What clients in other zones than their broker's sent to it and got from it in the window. */
  readonly zoneBytesIn: number;
  readonly zoneBytesOut: number;
}

export const meterMq: Meter<MqSettings> = (metered) => {
  const { settings, hours } = metered;
  const { node, engine, deploymentMode, instanceType, storageType } = settings;
  const mean = (name: string): number => metered.metric(name)?.mean ?? 0;
  const storedBytes =
    engine === 'rabbitmq'
      ? Math.max(0, node.storageBytes * NODES[deploymentMode] - mean('RabbitMQDiskFree')) / NODES[deploymentMode]
      : (mean('StorePercentUsage') / 100) * node.storageBytes;
  return usageOfBroker({
    deployment: deploymentMode,
    instanceType: instanceType as MqInstanceTypeName,
    storage: storageType,
    hours,
    storedBytes,
    zoneBytesIn: 0,
    zoneBytesOut: 0,
  });
};

/** The same items for every broker, in the same order: what wasn't used has a quantity of 0. */
export function usageOfBroker(bill: BrokerBill): Usage[] {
  const { deployment, instanceType, storage, hours } = bill;
  const nodes = NODES[deployment];
  const copies = deployment === 'clusterMultiAz' ? nodes : 1;
  const storedGb = (bill.storedBytes / BYTES_PER_GB) * copies;
  return [
    { item: `nodes, ${instanceType}`, quantity: nodes * hours, price: MQ_NODE_PRICES[instanceType] },
    {
      item: `storage, ${storage.toUpperCase()}`,
      quantity: (storedGb * hours) / priceFacts.monthHours.value,
      price: storage === 'efs' ? PRICES.mqEfsGbMonths : PRICES.mqEbsGbMonths,
    },
    { item: 'data in from other zones', quantity: bill.zoneBytesIn / BYTES_PER_GB, price: PRICES.mqZoneGb },
    { item: 'data out to other zones', quantity: bill.zoneBytesOut / BYTES_PER_GB, price: PRICES.mqZoneGb },
  ];
}
