// The facts' door: numbers of AWS with unit, source, date and how sure they are.

export { autoscalingFactList, autoscalingFacts } from './autoscaling.ts';
export type { Fact } from './fact.ts';
export { flinkFactList, flinkFacts } from './flink.ts';
export { type DirectPutQuota, firehoseFactList, firehoseFacts, firehoseQuotaOf } from './firehose.ts';
export { kinesisFactList, kinesisFacts } from './kinesis.ts';
export { kclLookUs, kclRenewUs, streamClientFactList, streamClientFacts } from './kinesis-clients.ts';
export { kmsFactList, kmsFacts, kmsQuotaOf } from './kms.ts';
export { lambdaFactList, lambdaFacts } from './lambda.ts';
export { mqFactList, mqFacts, mqProcessorUs } from './mq.ts';
export {
  type ActiveMqSize,
  type BySize,
  MQ_INSTANCE_TYPES,
  type MqInstanceType,
  type MqInstanceTypeName,
  mqInstanceSource,
  type RabbitMqSize,
} from './mq-instances.ts';
export {
  assumedPrice,
  givenPrice,
  type InstancePrice,
  MQ_NODE_PRICES,
  PRICES,
  priceFactList,
  priceFacts,
  type Price,
  type PriceName,
  type PriceTier,
} from './prices.ts';
export { isOptIn, OPT_IN_REGIONS, type OptInRegion } from './regions.ts';
export { sdkFactList, sdkFacts } from './sdk.ts';
export { fifoQuotaOf, sqsFactList, sqsFacts } from './sqs.ts';
export { snsFactList, snsFacts, snsPublishQuotaOf } from './sns.ts';
export { videoFactList, videoFacts } from './video.ts';
