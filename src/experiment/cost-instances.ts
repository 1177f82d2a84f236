/** What the instances of consumers and the replicas of services cost: hours, whether they work or wait. */
import { type InstancePrice, type Price, priceFacts } from '../facts/index.ts';
import type { ServiceSettings } from '../services/compute/settings.ts';
import { type AnyConsumerSettings, readsQueue } from '../workload/settings.ts';
import type { Meter, Metered, Usage } from './cost-usage.ts';

export const meterConsumer: Meter<AnyConsumerSettings> = (metered) => {
  const { instances, price } = metered.settings;
  const autoscaling = readsQueue(metered.settings) ? metered.settings.autoscaling : null;
  return hoursOf(metered, 'instances', price, autoscaling === null ? instances : meanOf(metered, 'DesiredInstances'));
};

export const meterService: Meter<ServiceSettings> = (metered) => {
  const { replicas, price, autoscaling } = metered.settings;
  return hoursOf(metered, 'replicas', price, autoscaling === null ? replicas : meanOf(metered, 'DesiredReplicas'));
};

/** Paid from the decision to start one (AWS bills a task from then on) until the decision to let it go; a crashed one is paid for. */
function meanOf(metered: Metered, desired: string): number {
  return metered.metric(desired)?.mean ?? 0;
}

function hoursOf(metered: Metered, item: string, price: InstancePrice | undefined, running: number): Usage[] {
  if (price === undefined) return [];
  const { name } = metered.settings;
  return [{ item, quantity: running * metered.hours, price: priceOf(name, price) }];
}

/** A row of the price book for this resource alone. */
function priceOf(name: string, { usdPerHour, source }: InstancePrice): Price {
  const { fargateVcpuHour } = priceFacts;
  const isGiven = source === 'given';
  return {
    name: `instance of ${name}`,
    unit: 'hours',
    per: 1,
    tiers: [
      {
        upTo: Number.POSITIVE_INFINITY,
        fact: {
          id: 'price.instance',
          value: usdPerHour,
          unit: 'USD/h',
          source: isGiven ? 'scenario' : 'assumed size, Fargate’s prices',
          date: isGiven ? '' : fargateVcpuHour.date,
          status: 'assumed',
        },
      },
    ],
    free: null,
  };
}
