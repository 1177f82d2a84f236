/** What SQS bills for: every request that it took, by chunks of 64 KB, empty receives too. */
import { PRICES } from '../facts/index.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { type Meter, sumOf } from './cost-usage.ts';

export const meterSqs: Meter<SqsSettings> = (metered) => {
  const price = metered.settings.fifo ? PRICES.sqsFifo : PRICES.sqsStandard;
  const empty = sumOf(metered, 'NumberOfEmptyReceives');
  return [
    { item: 'sends', quantity: sumOf(metered, 'BilledSendRequests'), price },
    { item: 'receives with messages', quantity: sumOf(metered, 'BilledReceiveRequests') - empty, price },
    { item: 'empty receives', quantity: empty, price },
    { item: 'deletes', quantity: sumOf(metered, 'BilledDeleteRequests'), price },
    { item: 'other requests', quantity: sumOf(metered, 'BilledOtherRequests'), price },
    { item: 'requests to KMS', quantity: sumOf(metered, 'NumberOfKmsCalls'), price: PRICES.kmsRequests },
  ];
};
