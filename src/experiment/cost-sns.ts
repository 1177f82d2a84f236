/** What SNS bills for: publishes by chunks of 64 KB (FIFO: messages and their bytes), and deliveries by protocol; those to SQS and Lambda are free. */
import { PRICES, type Price } from '../facts/index.ts';
import type { SnsSettings } from '../services/sns/index.ts';
import { type Meter, type Metered, sumOf, type Usage } from './cost-usage.ts';

const GB = 1e9;
const BY_PROTOCOL: readonly (readonly [item: string, protocols: readonly string[], price: Price])[] = [
  ['deliveries over HTTP', ['http', 'https'], PRICES.snsHttp],
  ['deliveries by e-mail', ['email', 'email-json'], PRICES.snsEmail],
  ['deliveries to mobile push', ['application'], PRICES.snsPush],
  ['deliveries to Firehose', ['firehose'], PRICES.snsFirehose],
];

export const meterSns: Meter<SnsSettings> = (metered) => [
  ...(metered.settings.fifo ? fifo(metered) : standard(metered)),
  { item: 'requests to KMS', quantity: sumOf(metered, 'NumberOfKmsCalls'), price: PRICES.kmsRequests },
];

function standard(metered: Metered<SnsSettings>): Usage[] {
  const publishes = sumOf(metered, 'BilledPublishRequests');
  const deliveries = BY_PROTOCOL.map(([item, protocols, price]) => {
    const quantity = protocols.reduce((sum, one) => sum + sumOf(metered, `BilledDeliveries-${one}`), 0);
    return { item, quantity, price };
  });
  return [{ item: 'publishes', quantity: publishes, price: PRICES.snsPublish }, ...deliveries];
}

function fifo(metered: Metered<SnsSettings>): Usage[] {
  const delivered = sumOf(metered, 'NumberOfNotificationsDelivered');
  const deliveredGb = sumOf(metered, 'BilledDeliveryBytes') / GB;
  return [
    {
      item: 'published messages',
      quantity: sumOf(metered, 'NumberOfMessagesPublished'),
      price: PRICES.snsFifoPublish,
    },
    { item: 'published bytes', quantity: sumOf(metered, 'PublishSize') / GB, price: PRICES.snsFifoPublishGb },
    { item: 'delivered messages', quantity: delivered, price: PRICES.snsFifoDelivery },
    { item: 'delivered bytes', quantity: deliveredGb, price: PRICES.snsFifoDeliveryGb },
  ];
}
