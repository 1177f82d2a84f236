/** How access may be written at the root of a scenario, its defaults, and what is wrong with a policy. */
import { accountSchema, regionSchema } from '../../calls/access.ts';
import type { Whereabouts } from './settings.ts';
import { BadPolicy, parsePolicy, type PolicyKind } from './parse.ts';

/** Where a scenario names no account and no Region. */
export const WHEREABOUTS: Whereabouts = { account: '111111111111', region: 'us-east-1' };

/** Keys of the root: the account and the Region of whatever names no other. */
export function whereaboutsShape() {
  const { account, region } = WHEREABOUTS;
  return {
    account: accountSchema().optional().meta({ description: 'Of whatever names no other account.', default: account }),
    region: regionSchema().optional().meta({ description: 'Of whatever names no other Region.', default: region }),
  };
}

/** What is wrong with a policy, with its place in it; null: nothing. */
export function policyProblem(
  json: unknown,
  kind: PolicyKind,
): { readonly at: readonly (string | number)[]; readonly expected: string } | null {
  try {
    parsePolicy(json, 'policy', kind);
    return null;
  } catch (error) {
    if (!(error instanceof BadPolicy)) throw error;
    return { at: placeIn(json, error.at), expected: error.expected };
  }
}

/** `Statement[0].Action` → steps; one statement without a list has no number; a place that is not there is the last one that is. */
function placeIn(json: unknown, at: string): (string | number)[] {
  const steps: (string | number)[] = [];
  let here: unknown = json;
  const words = at.split('.');
  while (words.length > 0 && isObject(here)) {
    // A condition key may hold dots: the longest name that is there.
    let taken = words.length;
    let step = '';
    for (; taken > 0; taken--) {
      step = words.slice(0, taken).join('.');
      if (Object.hasOwn(here, step.replace(/\[\d+\]$/, ''))) break;
    }
    if (taken === 0) break;
    words.splice(0, taken);
    const [, name = step, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(step) ?? [];
    steps.push(name);
    here = here[name];
    if (index === undefined || !Array.isArray(here)) continue;
    steps.push(Number(index));
    here = here[Number(index)];
  }
  return steps;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
