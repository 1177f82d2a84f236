/** What Kinesis Video Streams bills for: GB in, GB out (by HLS dearer), and what is kept, as if the cameras had always sent as in the window. */
import { PRICES, priceFacts } from '../facts/index.ts';
import type { CameraFleetSettings } from '../services/video/settings.ts';
import { type Meter, sumOf } from './cost-usage.ts';

const BYTES_PER_GB = 1_073_741_824;

export const meterVideo: Meter<CameraFleetSettings> = (metered) => {
  const gbOf = (name: string): number => sumOf(metered, name) / BYTES_PER_GB;
  const { dataRetentionHours } = metered.settings;
  const inGb = gbOf('PutMedia.IncomingBytes');
  return [
    { item: 'data in', quantity: inGb, price: PRICES.videoInGb },
    {
      item: 'data out',
      quantity: gbOf('GetMedia.OutgoingBytes') + gbOf('GetMediaForFragmentList.OutgoingBytes'),
      price: PRICES.videoOutGb,
    },
    { item: 'data out by HLS', quantity: gbOf('HLS.OutgoingBytes'), price: PRICES.videoHlsGb },
    {
      item: 'fragments kept',
      quantity: (inGb * dataRetentionHours) / priceFacts.monthHours.value,
      price: PRICES.videoStorageGbMonths,
    },
  ];
};
