/** Stories of a controller: a metric a minute in, capacity a minute out. */
import { Controller } from '../../src/scaling/controller.ts';
import type { AutoscalingSettings } from '../../src/scaling/settings.ts';

export const MINUTE = 60_000_000;

export function settings(change: Partial<AutoscalingSettings> = {}): AutoscalingSettings {
  return {
    min: 2,
    max: 40,
    startup: { kind: 'constant', value: MINUTE },
    metric: 'utilisation',
    policy: { kind: 'target', value: 0.5, scaleInBelow: 0.9, scaleInAtMost: 0.1, disableScaleIn: false },
    periodUs: MINUTE,
    delayUs: 0,
    missingData: 'missing',
    scaleOut: { evaluationPeriods: 3, datapointsToAlarm: 3, cooldownUs: 5 * MINUTE },
    scaleIn: { evaluationPeriods: 15, datapointsToAlarm: 15, cooldownUs: 5 * MINUTE },
    ...change,
  };
}

/** `0.8x3 - 0.2`: three minutes of 0.8, one without a datapoint, one of 0.2. */
export function points(text: string): (number | null)[] {
  return text.split(' ').flatMap((word) => {
    const [value = '', times = '1'] = word.split('x');
    return Array.from({ length: Number(times) }, () => (value === '-' ? null : Number(value)));
  });
}

/**
 * Plays a story to a controller; new instances take `startMinutes` to start. Tells each change of capacity with its minute (the datapoint of
 * the first minute is judged at minute 1): `3:8` is 8 instances from minute 3 on.
 */
export function play(
  change: Partial<AutoscalingSettings>,
  initial: number,
  story: readonly (number | null)[],
  startMinutes = 1,
): string {
  const controller = new Controller(settings(change), initial);
  const starts: number[] = [];
  const told: string[] = [];
  story.forEach((point, i) => {
    const minute = i + 1;
    for (const at of starts.splice(0)) {
      if (at <= minute) controller.started(at * MINUTE);
      else starts.push(at);
    }
    const before = controller.desired;
    const after = controller.observe(minute * MINUTE, point);
    for (let more = before; more < after; more++) starts.push(minute + startMinutes);
    if (after !== before) told.push(`${minute}:${after}`);
  });
  return told.join(' ');
}
