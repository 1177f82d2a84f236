// The door of Amazon Data Firehose.
export { DeliveryStream, type FirehosePorts } from './delivery-stream.ts';
export {
  type CompressionFormat,
  type DestinationKind,
  type DestinationRules,
  DESTINATIONS,
  type Partner,
  PARTNERS,
} from './destinations.ts';
export { firehoseErrors, FirehoseModelError } from './errors.ts';
export type * from './operations.ts';
export { Result } from './operations.ts';
export {
  type BufferSettings,
  type CompressionSettings,
  type ConversionSettings,
  type DeliveryStreamPlace,
  type DeliveryStreamSettings,
  deliveryStreamOf,
  type FirehoseSettings,
  firehoseSettings,
  type FirehoseSource,
  type GivenFirehoseSettings,
  type TransformerSettings,
  type TransformSettings,
} from './settings.ts';
export { SimpleDestination, type SimpleDestinationSettings } from './simple-destination.ts';
