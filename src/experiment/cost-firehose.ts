/** What Data Firehose bills for: GB taken in, each record in steps of 5 KB; on top of that formats that it converts, partitions by GB and object, and what goes into a VPC. */
import { PRICES } from '../facts/index.ts';
import { type DeliveryStreamSettings, DESTINATIONS } from '../services/firehose/index.ts';
import { type Meter, sumOf, type Usage } from './cost-usage.ts';

const BYTES_PER_GB = 1_073_741_824;

export const meterFirehose: Meter<DeliveryStreamSettings> = (metered) => {
  const { conversion, partitions, vpc, destination } = metered.settings;
  const gbOf = (name: string): number => sumOf(metered, name) / BYTES_PER_GB;
  const converted: Usage = {
    item: 'data converted',
    quantity: gbOf('SucceedConversion.Bytes'),
    price: PRICES.firehoseConversionGb,
  };
  const partitioned: Usage[] = [
    { item: 'data in partitions', quantity: gbOf('DeliveryToS3.Bytes'), price: PRICES.firehosePartitioningGb },
    {
      item: 'objects of partitions',
      quantity: sumOf(metered, 'DeliveryToS3.ObjectCount'),
      price: PRICES.firehosePartitioningObjects,
    },
  ];
  const intoVpc: Usage = {
    item: 'data into a VPC',
    quantity: gbOf(`${DESTINATIONS[destination].metric}.Bytes`),
    price: PRICES.firehoseVpcGb,
  };
  return [
    { item: 'data in, each record in steps of 5 KB', quantity: gbOf('BilledBytes'), price: PRICES.firehoseGb },
    ...(conversion === null ? [] : [converted]),
    ...(partitions === null ? [] : partitioned),
    ...(vpc ? [intoVpc] : []),
  ];
};
