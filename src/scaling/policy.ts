/** How much capacity a datapoint asks for: arithmetic alone, without time. Whole instances, before min and max. */
import type { ScalingPolicy, ScalingStep } from './settings.ts';

/** Floating point noise above a whole number must not cost an instance: 4 × 0.6 ÷ 0.6 is 4. */
const NOISE = 1e-9;

/** Alarm threshold on the side of scale-out; Infinity: there is none. */
export function highThreshold(policy: ScalingPolicy): number {
  return policy.kind === 'target' ? policy.value : (policy.out[0]?.at ?? Number.POSITIVE_INFINITY);
}

/** Alarm threshold on the side of scale-in; -Infinity: there is none. */
export function lowThreshold(policy: ScalingPolicy): number {
  if (policy.kind === 'steps') return policy.in[0]?.at ?? Number.NEGATIVE_INFINITY;
  return policy.disableScaleIn ? Number.NEGATIVE_INFINITY : policy.value * policy.scaleInBelow;
}

/** Capacity after a scale-out from `base` instances that do their share of the work; `point` null: nothing is known of the metric. */
export function moreThan(base: number, point: number | null, policy: ScalingPolicy): number {
  if (policy.kind === 'target') return point === null ? base : proportional(base, point, policy.value);
  const step = farthest(policy.out, (at) => point === null || point > at, point === null);
  return step === null ? base : base + amount(step, base);
}

/** Capacity after a scale-in from `capacity` instances. */
export function fewerThan(capacity: number, point: number | null, policy: ScalingPolicy): number {
  if (policy.kind === 'target') {
    if (point === null) return capacity;
    const atMost = Math.max(1, Math.floor(capacity * policy.scaleInAtMost + NOISE));
    return Math.max(proportional(capacity, point, policy.value), capacity - atMost);
  }
  const step = farthest(policy.in, (at) => point === null || point < at, point === null);
  return step === null ? capacity : capacity - amount(step, capacity);
}

function proportional(base: number, point: number, target: number): number {
  return Math.ceil((base * point) / target - NOISE);
}

/** The last step that is reached; the first one where nothing is known of the metric. */
function farthest(
  steps: readonly ScalingStep[],
  reached: (at: number) => boolean,
  firstOnly: boolean,
): ScalingStep | null {
  let found: ScalingStep | null = null;
  for (const step of steps) {
    if (!reached(step.at)) break;
    found = step;
    if (firstOnly) break;
  }
  return found;
}

/** AWS rounds shares of the capacity towards zero, but a step moves one instance at least. */
function amount(step: ScalingStep, capacity: number): number {
  return step.unit === 'instances' ? step.by : Math.max(1, Math.floor(step.by * capacity + NOISE));
}
