/** Message attributes of a request, for filter policies: a value chosen by weight for each attribute. */
import type { Uniforms } from '../kernel/index.ts';
import type { AttributeSettings } from './settings.ts';

export interface AttributeSampler {
  readonly name: string;
  /** In declared order. */
  readonly values: readonly string[];
  /** Place of the drawn value in `values`; one uniform. */
  draw(u: Uniforms): number;
}

/** Weights need not add up to 1. Throws RangeError where there is no value, a weight is negative, or all are 0. */
export function attributeSampler(settings: AttributeSettings): AttributeSampler {
  const upTo: number[] = [];
  let sum = 0;
  for (const { value, weight } of settings.choice) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`attribute ${settings.name}, weight ${weight} of ${value}: expected a finite number >= 0`);
    }
    sum += weight;
    upTo.push(sum);
  }
  if (!(sum > 0)) throw new RangeError(`attribute ${settings.name}: expected at least one value with a weight > 0`);
  return {
    name: settings.name,
    values: settings.choice.map((each) => each.value),
    draw: (u) => {
      const x = u.uniform() * sum;
      const place = upTo.findIndex((end) => x < end);
      // Only rounding can lead past the end: then the last value that has a weight.
      return place >= 0 ? place : upTo.indexOf(sum);
    },
  };
}
