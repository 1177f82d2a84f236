import { describe, expect, it } from 'vitest';
import { type BrokerBill, usageOfBroker } from '../../src/experiment/cost-mq.ts';
import { pricesOf } from '../../src/experiment/cost-pricing.ts';

const GiB = 1024 ** 3;
const MONTH = 730;
/** Nothing stored, nothing sent over zones. */
const idle: BrokerBill = {
  deployment: 'singleInstance',
  instanceType: 'mq.m5.large',
  storage: 'ebs',
  hours: 1,
  storedBytes: 0,
  zoneBytesIn: 0,
  zoneBytesOut: 0,
};

/** USD of each item, and in all. */
function priced(bill: BrokerBill, own = {}): { readonly usd: Map<string, number>; readonly total: number } {
  const usages = usageOfBroker(bill);
  const prices = pricesOf(usages, { freeTier: false, own }, bill.hours);
  return {
    usd: new Map(usages.map(({ item }, i) => [item, prices[i] ?? 0])),
    total: prices.reduce((sum, one) => sum + one, 0),
  };
}

describe('the bill of a broker', () => {
  it.each([
    ['a single instance is one node', 'singleInstance', 'mq.m5.large', 0.288],
    ['an active and its standby are two [mq.price-activemq-large]', 'activeStandbyMultiAz', 'mq.m5.large', 0.576],
    ['a cluster is three [mq.price-rabbitmq-xlarge]', 'clusterMultiAz', 'mq.m5.xlarge', 1.728],
    ['a larger node costs more', 'clusterMultiAz', 'mq.m5.4xlarge', 6.912],
    ['one on Graviton costs less', 'clusterMultiAz', 'mq.m7g.large', 0.8202],
    ['one to try things out [mq.price-micro]', 'singleInstance', 'mq.t2.micro', 0.03],
  ] as const)('has hours of nodes: %s [mq.engines-modes]', (_, deployment, instanceType, usdPerHour) => {
    const { usd, total } = priced({ ...idle, deployment, instanceType });
    expect(total).toBeCloseTo(usdPerHour, 9);
    expect(usd.get(`nodes, ${instanceType}`)).toBeCloseTo(usdPerHour, 9);
  });

  it('has storage by the GB and month: EFS is three times as dear as EBS [mq.storage-type] [mq.price-storage]', () => {
    const month = { ...idle, hours: MONTH, storedBytes: 50 * GiB };
    expect(priced(month).usd.get('storage, EBS')).toBeCloseTo(5, 9);
    expect(priced({ ...month, storage: 'efs' }).usd.get('storage, EFS')).toBeCloseTo(15, 9);
    // Half of the month costs half.
    expect(priced({ ...month, hours: MONTH / 2 }).usd.get('storage, EBS')).toBeCloseTo(2.5, 9);
  });

  it('has a copy on every node of a cluster, and one for an active and its standby [mq.price-storage]', () => {
    const month = { ...idle, hours: MONTH, storedBytes: 10 * GiB };
    expect(priced({ ...month, deployment: 'clusterMultiAz' }).usd.get('storage, EBS')).toBeCloseTo(3, 9);
    const pair = { ...month, deployment: 'activeStandbyMultiAz', storage: 'efs' } as const;
    expect(priced(pair).usd.get('storage, EFS')).toBeCloseTo(3, 9);
  });

  it('has a cent for each GB over zones, each way', () => {
    const { usd, total } = priced({ ...idle, zoneBytesIn: 100 * GiB, zoneBytesOut: 300 * GiB });
    expect(usd.get('data in from other zones')).toBeCloseTo(1, 9);
    expect(usd.get('data out to other zones')).toBeCloseTo(3, 9);
    expect(total).toBeCloseTo(4.288, 9);
  });

  it('of a month adds up: three nodes of mq.m5.large, 20 GiB on each, 1 TiB in and 2 TiB out over zones', () => {
    const { total } = priced({
      ...idle,
      deployment: 'clusterMultiAz',
      hours: MONTH,
      storedBytes: 20 * GiB,
      zoneBytesIn: 1024 * GiB,
      zoneBytesOut: 2048 * GiB,
    });
    // 3 × 730 × 0.288 + 3 × 20 × 0.10 + 3,072 × 0.01
    expect(total).toBeCloseTo(630.72 + 6 + 30.72, 6);
  });

  it('takes prices of the scenario in the place of the list', () => {
    expect(priced({ ...idle, hours: 10 }, { mqM5Large: 1 }).total).toBeCloseTo(10, 9);
    expect(priced({ ...idle, zoneBytesOut: GiB }, { mqZoneGb: 0, mqM5Large: 0 }).total).toBe(0);
  });

  it('has the same items in the same order, whatever was used', () => {
    const items = usageOfBroker(idle).map(({ item }) => item);
    expect(usageOfBroker({ ...idle, hours: 0, storedBytes: 9, zoneBytesIn: 9 }).map(({ item }) => item)).toEqual(items);
  });
});
