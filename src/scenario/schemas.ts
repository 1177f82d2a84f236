/** All schemas of the format, built once for each reader of files: building them costs more than reading a scenario with them. */
import type { z } from 'zod';
import { analyticsSchema } from '../services/analytics/schema.ts';
import { serviceSchema } from '../services/compute/schema.ts';
import { firehoseSchema } from '../services/firehose/schema.ts';
import { KINESIS_LIMITS, kinesisSchema } from '../services/kinesis/schema.ts';
import { lambdaSchema, type WrittenLambda } from '../services/lambda/schema.ts';
import { mqSchema } from '../services/mq/schema.ts';
import { sinkSchema } from '../services/sink/schema.ts';
import { snsSchema, type WrittenSns } from '../services/sns/schema.ts';
import { sqsSchema } from '../services/sqs/schema.ts';
import { videoSchema } from '../services/video/schema.ts';
import {
  consumerSchema,
  faultSchema,
  trafficSchema,
  type WrittenConsumer,
  type WrittenFault,
  type WrittenTraffic,
} from '../workload/schema.ts';
import { empiricalReader } from './empirical.ts';
import type { ResourceType } from './names.ts';
import type { ResourceSettings } from './resolved.ts';
import {
  guaranteeSchema,
  objectiveSchema,
  rootSchema,
  type WrittenGuarantee,
  type WrittenObjective,
  type WrittenRoot,
} from './schema.ts';
import { queueLimits } from './sqs-limits.ts';
import { createVocabulary } from './vocabulary.ts';

/** Text of a file that the scenario names, by the path as written; undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Settings of a resource as it is written by itself: a topic's subscriptions do not know yet what they deliver to, nor a consumer or a function what it reads. */
export type WrittenResource =
  | Exclude<ResourceSettings, { type: 'sns' | 'consumer' | 'lambda' }>
  | WrittenSns
  | WrittenConsumer
  | WrittenLambda;
/** The same before it has its name. */
export type Unnamed = WrittenResource extends infer R ? (R extends { name: string } ? Omit<R, 'name'> : never) : never;

export interface Schemas {
  readonly root: z.ZodType<WrittenRoot>;
  readonly traffic: z.ZodType<WrittenTraffic>;
  readonly resources: Readonly<Record<ResourceType, z.ZodType<Unnamed>>>;
  readonly fault: z.ZodType<WrittenFault>;
  readonly objective: z.ZodType<WrittenObjective>;
  readonly guarantee: z.ZodType<WrittenGuarantee>;
}

const built = new WeakMap<ReadText, Schemas>();

/** The schemas whose `empirical` distributions are read through `readText`. */
export function schemasFor(readText: ReadText): Schemas {
  const known = built.get(readText);
  if (known !== undefined) return known;
  const v = createVocabulary(empiricalReader(readText));
  const schemas: Schemas = {
    root: rootSchema(v),
    traffic: trafficSchema(v, KINESIS_LIMITS),
    resources: {
      service: serviceSchema(v),
      sqs: sqsSchema(v),
      sns: snsSchema(v),
      kinesis: kinesisSchema(v),
      firehose: firehoseSchema(v),
      analytics: analyticsSchema(v),
      video: videoSchema(v),
      mq: mqSchema(v),
      consumer: consumerSchema(v, queueLimits, KINESIS_LIMITS),
      lambda: lambdaSchema(v),
      sink: sinkSchema(v),
    },
    fault: faultSchema(v),
    objective: objectiveSchema(v),
    guarantee: guaranteeSchema(v),
  };
  built.set(readText, schemas);
  return schemas;
}
