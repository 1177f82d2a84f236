/** How autoscaling may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../calls/schema.ts';
import { autoscalingFacts as facts } from '../facts/index.ts';
import type { AutoscalingSettings, ScalingMetric, ScalingStep } from './settings.ts';

/** What the resource is, and which metrics it has. */
export interface ScaledKind {
  readonly noun: 'replicas' | 'instances';
  readonly metrics: readonly [ScalingMetric, ...ScalingMetric[]];
  readonly max: number;
}

/** Of a `service`: its replicas. */
export const SCALED_SERVICE: ScaledKind = {
  noun: 'replicas',
  metrics: ['utilisation', 'requestsPerReplica'],
  max: 10_000,
};
/** Of a `consumer`: its instances. */
export const SCALED_CONSUMER: ScaledKind = {
  noun: 'instances',
  metrics: ['utilisation', 'backlogPerInstance'],
  max: 100_000,
};

type Form = 'share' | 'number' | 'rate';
interface Measured {
  readonly form: Form;
  readonly value: number;
}

const FORMS: Readonly<Record<ScalingMetric, { readonly form: Form; readonly expected: string }>> = {
  utilisation: { form: 'share', expected: 'a share above 0%, such as 60%' },
  backlogPerInstance: { form: 'number', expected: 'a number of messages above 0, such as 100' },
  requestsPerReplica: { form: 'rate', expected: 'a rate above 0/s, such as 50/s' },
};

/** Settings of `autoscaling`. */
export function autoscalingSchema(v: Vocabulary, kind: ScaledKind): z.ZodType<AutoscalingSettings> {
  const { noun } = kind;
  const value = v.either('a value of the metric, such as 60%, 100 or 50/s', [
    v.number({ min: 0, max: 1e9 }).transform((n): Measured => ({ form: 'number', value: n })),
    v.share().transform((s): Measured => ({ form: 'share', value: s })),
    v.rate().transform((r): Measured => ({ form: 'rate', value: r })),
  ]);
  const amount = v.either(`a number of ${noun}, or a share of them such as 50%`, [
    v.count({ min: 1, max: kind.max }).transform((n) => ({ by: n, unit: 'instances' as const })),
    v.share().transform((s) => ({ by: s, unit: 'share' as const })),
  ]);
  const metric = v.choice(kind.metrics);
  const alarm = (periods: number) =>
    v
      .object({
        evaluationPeriods: v
          .count({ min: 1, max: 1440 })
          .optional()
          .meta({ description: 'Datapoints that the alarm looks at.', default: periods }),
        datapointsToAlarm: v
          .count({ min: 1, max: 1440 })
          .optional()
          .meta({ description: 'How many of them must be beyond the threshold. Default: all.' }),
      })
      .transform((a, ctx) => {
        const evaluationPeriods = a.evaluationPeriods ?? periods;
        const datapointsToAlarm = a.datapointsToAlarm ?? evaluationPeriods;
        if (datapointsToAlarm > evaluationPeriods)
          complain(ctx, ['datapointsToAlarm'], 'out-of-range', 'at most as many as evaluationPeriods');
        return { evaluationPeriods, datapointsToAlarm };
      });
  const target = v.object({
    metric: metric.meta({ description: 'What is held at the value.' }),
    value: value.meta({ description: 'A share for utilisation, a number for backlog, a rate for requests.' }),
    scaleInBelow: v
      .share({ min: 0.01 })
      .optional()
      .meta({ description: 'Share of the value under which instances are taken away.', default: '90%' }),
    scaleInAtMost: v
      .share({ min: 0.001 })
      .optional()
      .meta({ description: `Share of the ${noun} that one scale-in takes away at most, one always.`, default: '10%' }),
    disableScaleIn: v.flag().optional().meta({ description: 'Only ever scales out.', default: false }),
  });
  const steps = v.list(
    'a list of steps, such as [ { above: 70%, add: 2 }, { below: 30%, remove: 1 } ]',
    v.object({
      above: value.optional().meta({ description: 'Scales out beyond it; the farthest step reached counts.' }),
      add: amount.optional().meta({ description: `How many ${noun} it adds.` }),
      below: value.optional().meta({ description: 'Scales in beyond it; the farthest step reached counts.' }),
      remove: amount.optional().meta({ description: `How many ${noun} it takes away.` }),
    }),
  );
  return v
    .object({
      min: v.count({ min: 1, max: kind.max }).meta({ description: `Fewest ${noun}.` }),
      max: v.count({ min: 1, max: kind.max }).meta({ description: `Most ${noun}.` }),
      startup: v
        .durations()
        .optional()
        .meta({ description: 'From the decision until a new one takes work.', default: '60s' }),
      target: target.optional().meta({ description: 'Target tracking: holds a metric at a value.' }),
      metric: metric.optional().meta({ description: 'What the steps look at.', default: kind.metrics[0] }),
      steps: steps.optional().meta({ description: 'Step scaling, in place of a target.' }),
      period: v
        .duration({ min: 1_000_000 })
        .optional()
        .meta({ description: 'Time over which CloudWatch sums a datapoint up.', default: '60s' }),
      delay: v
        .duration()
        .optional()
        .meta({ description: 'From the end of a period until its datapoint is seen.', default: '60s' }),
      missingData: v
        .choice(['missing', 'notBreaching', 'breaching', 'ignore'])
        .optional()
        .meta({ description: 'What the alarms of steps make of a period without a datapoint.', default: 'missing' }),
      scaleOut: alarm(facts.scaleOutPeriods.value)
        .optional()
        .meta({ description: 'The alarm that scales out. Default: 3 of 3 periods.' }),
      scaleIn: alarm(facts.scaleInPeriods.value)
        .optional()
        .meta({ description: 'The alarm that scales in. Default: 15 of 15 periods.' }),
      scaleOutCooldown: v.duration().optional().meta({
        description: 'How long a new one runs before the next scale-out counts on it (warm-up).',
        default: '5m',
      }),
      scaleInCooldown: v
        .duration()
        .optional()
        .meta({ description: 'After a scale-in none for so long.', default: '5m' }),
    })
    .transform((a, ctx): AutoscalingSettings => {
      const say = (path: (string | number)[], code: string, expected: string): number => {
        complain(ctx, path, code, expected);
        return 0;
      };
      if (a.max < a.min) say(['max'], 'out-of-range', 'at least min');
      if ((a.target === undefined) === (a.steps === undefined)) say([], 'one-of', 'either target or steps');
      for (const key of ['metric', 'missingData'] as const) {
        if (a.target !== undefined && a[key] !== undefined)
          say([key], 'misfit', key === 'metric' ? 'metric inside target' : 'missingData only beside steps');
      }
      const looked = a.target?.metric ?? a.metric ?? kind.metrics[0];
      const { form, expected } = FORMS[looked];
      const measured = (given: Measured, path: (string | number)[]): number => {
        // A share may be written as a number, as everywhere.
        const fits = given.form === form || (form === 'share' && given.form === 'number' && given.value <= 1);
        return fits && given.value > 0 ? given.value : say(path, 'out-of-range', `${expected}, for ${looked}`);
      };
      const out: ScalingStep[] = [];
      const inward: ScalingStep[] = [];
      (a.steps ?? []).forEach(({ above, add, below, remove }, i) => {
        const path = ['steps', i];
        if (above !== undefined && add !== undefined && below === undefined && remove === undefined)
          out.push({ at: measured(above, [...path, 'above']), ...add });
        else if (below !== undefined && remove !== undefined && above === undefined && add === undefined)
          inward.push({ at: measured(below, [...path, 'below']), ...remove });
        else say(path, 'one-of', 'either { above, add } or { below, remove }');
      });
      out.sort((x, y) => x.at - y.at);
      inward.sort((x, y) => y.at - x.at);
      const [up, down] = [out[0]?.at, inward[0]?.at];
      if (up !== undefined && down !== undefined && down > up)
        say(['steps'], 'misfit', 'thresholds to remove that lie under those to add');
      if (a.steps?.length === 0) say(['steps'], 'empty', 'at least one step');
      const { target: t } = a;
      return {
        min: a.min,
        max: a.max,
        startup: a.startup ?? { kind: 'constant', value: facts.startupUs.value },
        metric: looked,
        policy:
          t === undefined
            ? { kind: 'steps', out, in: inward }
            : {
                kind: 'target',
                value: measured(t.value, ['target', 'value']),
                scaleInBelow: t.scaleInBelow ?? facts.scaleInBelow.value,
                scaleInAtMost: t.scaleInAtMost ?? facts.scaleInAtMost.value,
                disableScaleIn: t.disableScaleIn ?? false,
              },
        periodUs: a.period ?? facts.periodUs.value,
        delayUs: a.delay ?? facts.delayUs.value,
        missingData: a.missingData ?? 'missing',
        scaleOut: {
          ...(a.scaleOut ?? allOf(facts.scaleOutPeriods.value)),
          cooldownUs: a.scaleOutCooldown ?? facts.cooldownUs.value,
        },
        scaleIn: {
          ...(a.scaleIn ?? allOf(facts.scaleInPeriods.value)),
          cooldownUs: a.scaleInCooldown ?? facts.cooldownUs.value,
        },
      };
    });
}

function allOf(periods: number): { evaluationPeriods: number; datapointsToAlarm: number } {
  return { evaluationPeriods: periods, datapointsToAlarm: periods };
}

/** How many run at first: what is written, which must lie within the limits, or else the fewest; 1 without autoscaling. */
export function startOf(
  written: number | undefined,
  autoscaling: AutoscalingSettings | undefined,
  noun: 'replicas' | 'instances',
  ctx: z.RefinementCtx,
): number {
  if (autoscaling === undefined) return written ?? 1;
  if (written === undefined) return autoscaling.min;
  if (written < autoscaling.min || written > autoscaling.max)
    complain(ctx, [noun], 'out-of-range', `${noun} to begin with from min to max of autoscaling, or none`);
  return written;
}
