import { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { distributionSchema } from './distribution.ts';
import type { EmpiricalReader } from './empirical.ts';
import { FACTOR_FORMS, PRICE_FORMS, RATE_FORMS, readFactor, readPrice, readRate } from './units.ts';
import { PATTERNS } from './patterns.ts';
import {
  choice,
  count,
  duration,
  either,
  list,
  number,
  object,
  oneKey,
  patterned,
  scalar,
  share,
  size,
  text,
  writtenAs,
} from './words.ts';

/** The vocabulary of one parse: it knows the files that this scenario may refer to. */
export function createVocabulary(empirical: EmpiricalReader): Vocabulary {
  const durations = distributionSchema('duration', empirical);
  const sizes = distributionSchema('size', empirical);
  return {
    object,
    oneKey,
    either,
    list,
    choice,
    duration,
    rate: () => scalar(RATE_FORMS, readRate, patterned(PATTERNS.rate)),
    size,
    share,
    factor: () => scalar(FACTOR_FORMS, readFactor, patterned(PATTERNS.factor)),
    price: () => scalar(PRICE_FORMS, readPrice, patterned(PATTERNS.price)),
    count,
    number,
    flag: () => z.boolean({ error: 'true or false' }),
    name: (expected) => writtenAs(z.string({ error: expected }), { form: expected }),
    text,
    durations: () => durations,
    sizes: () => sizes,
  };
}
