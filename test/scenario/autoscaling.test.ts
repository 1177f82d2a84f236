import { describe, expect, it, test } from 'vitest';
import { changed, errorsOf, resolved } from './base.ts';

/** The consumer of the base scenario with this autoscaling, and other settings in front of it. */
const scaled = (autoscaling: string, before = ''): string =>
  changed('        instances: 20\n', `${before}        autoscaling: ${autoscaling}\n`);
const workers = (text: string) =>
  resolved(text).designs[1]?.resources.find(({ name }) => name === 'workers') as unknown as Record<string, unknown>;

describe('autoscaling as written', () => {
  it('has every default of target tracking filled in', () => {
    expect(workers(scaled('{ min: 2, max: 9, target: { metric: utilisation, value: 60% } }'))).toMatchObject({
      instances: 2,
      autoscaling: {
        min: 2,
        max: 9,
        startup: { kind: 'constant', value: 60_000_000 },
        metric: 'utilisation',
        policy: { kind: 'target', value: 0.6, scaleInBelow: 0.9, scaleInAtMost: 0.1, disableScaleIn: false },
        periodUs: 60_000_000,
        delayUs: 60_000_000,
        missingData: 'missing',
        scaleOut: { evaluationPeriods: 3, datapointsToAlarm: 3, cooldownUs: 300_000_000 },
        scaleIn: { evaluationPeriods: 15, datapointsToAlarm: 15, cooldownUs: 300_000_000 },
      },
    });
  });

  it('has its steps in the order in which a metric reaches them', () => {
    const steps =
      '[ { above: 90%, add: 50% }, { above: 70%, add: 2 }, { below: 10%, remove: 25% }, { below: 0.3, remove: 1 } ]';
    expect(workers(scaled(`{ min: 1, max: 9, steps: ${steps} }`))).toMatchObject({
      autoscaling: {
        metric: 'utilisation',
        policy: {
          kind: 'steps',
          out: [
            { at: 0.7, by: 2, unit: 'instances' },
            { at: 0.9, by: 0.5, unit: 'share' },
          ],
          in: [
            { at: 0.3, by: 1, unit: 'instances' },
            { at: 0.1, by: 0.25, unit: 'share' },
          ],
        },
      },
    });
  });

  it('takes what is written: alarms, cool-downs, start, period', () => {
    const text = scaled(
      '{ min: 1, max: 9, startup: { uniform: { min: 20s, max: 40s } }, period: 10s, delay: 5s, scaleOutCooldown: 0s, scaleInCooldown: 1m, scaleOut: { evaluationPeriods: 5, datapointsToAlarm: 2 }, scaleIn: { evaluationPeriods: 4 }, target: { metric: backlogPerInstance, value: 120, disableScaleIn: true } }',
      '        instances: 4\n',
    );
    expect(workers(text)).toMatchObject({
      instances: 4,
      autoscaling: {
        startup: { kind: 'uniform' },
        metric: 'backlogPerInstance',
        policy: { value: 120, disableScaleIn: true },
        periodUs: 10_000_000,
        delayUs: 5_000_000,
        scaleOut: { evaluationPeriods: 5, datapointsToAlarm: 2, cooldownUs: 0 },
        scaleIn: { evaluationPeriods: 4, datapointsToAlarm: 4, cooldownUs: 60_000_000 },
      },
    });
  });

  it('is null where it is not written', () => {
    expect(workers(changed('instances: 20', 'instances: 20'))).toMatchObject({ instances: 20, autoscaling: null });
  });
});

const AT = 'designs.queued.resources.workers.autoscaling';
const target = (value: string): string => `target: { metric: utilisation, value: ${value} }`;

test.each([
  ['{ min: 5, max: 4, target: { metric: utilisation, value: 60% } }', 'out-of-range', `${AT}.max`],
  ['{ min: 0, max: 4, target: { metric: utilisation, value: 60% } }', 'out-of-range', `${AT}.min`],
  ['{ min: 1, max: 4 }', 'one-of', AT],
  [`{ min: 1, max: 4, ${target('60%')}, steps: [ { above: 70%, add: 1 } ] }`, 'one-of', AT],
  [`{ min: 1, max: 4, ${target('60/s')} }`, 'out-of-range', `${AT}.target.value`],
  [`{ min: 1, max: 4, ${target('60')} }`, 'out-of-range', `${AT}.target.value`],
  [`{ min: 1, max: 4, ${target('0%')} }`, 'out-of-range', `${AT}.target.value`],
  ['{ min: 1, max: 4, target: { metric: requestsPerReplica, value: 5/s } }', 'wrong-type', `${AT}.target.metric`],
  ['{ min: 1, max: 4, target: { metric: backlogPerInstance, value: 60% } }', 'out-of-range', `${AT}.target.value`],
  [`{ min: 1, max: 4, metric: utilisation, ${target('60%')} }`, 'misfit', `${AT}.metric`],
  [`{ min: 1, max: 4, missingData: ignore, ${target('60%')} }`, 'misfit', `${AT}.missingData`],
  ['{ min: 1, max: 4, steps: [] }', 'empty', `${AT}.steps`],
  ['{ min: 1, max: 4, steps: [ { above: 70%, remove: 1 } ] }', 'one-of', `${AT}.steps.0`],
  ['{ min: 1, max: 4, steps: [ { above: 30%, add: 1 }, { below: 40%, remove: 1 } ] }', 'misfit', `${AT}.steps`],
  [
    `{ min: 1, max: 4, scaleOut: { evaluationPeriods: 2, datapointsToAlarm: 3 }, ${target('60%')} }`,
    'out-of-range',
    `${AT}.scaleOut.datapointsToAlarm`,
  ],
  [`{ min: 1, max: 4, cooldown: 5m, ${target('60%')} }`, 'unknown-key', `${AT}.cooldown`],
  [`{ min: 1, max: 4, period: 60, ${target('60%')} }`, 'no-unit', `${AT}.period`],
])('%s is refused', (written, code, path) => {
  expect(errorsOf(scaled(written)).map((error) => [error.code, error.path])).toEqual([[code, path]]);
});

it('refuses to begin outside its limits', () => {
  const text = scaled(`{ min: 1, max: 4, ${target('60%')} }`, '        instances: 5\n');
  expect(errorsOf(text)).toMatchObject([{ code: 'out-of-range', path: 'designs.queued.resources.workers.instances' }]);
});

describe('what autoscaling assumes', () => {
  const texts = (autoscaling: string): string[] =>
    resolved(scaled(autoscaling)).assumptions.flatMap((one) => (one.about === 'workers' ? [one.text] : []));
  const said = (autoscaling: string, word: string): boolean => texts(autoscaling).some((text) => text.includes(word));

  test.each([
    [
      'the delay',
      'each 60s after its end',
      '{ min: 1, max: 4, target: { metric: utilisation, value: 60% } }',
      'delay: 5s, ',
    ],
    [
      'the start',
      'startup is not given',
      '{ min: 1, max: 4, target: { metric: utilisation, value: 60% } }',
      'startup: 5s, ',
    ],
  ])('%s is told where it is a default', (_, word, written, more) => {
    const text = word.replace('60s', '1m');
    expect(said(written, text)).toBe(true);
    expect(said(written.replace('{ ', `{ ${more}`), text)).toBe(false);
  });

  it('tells of backlogs and of target tracking only where they are used', () => {
    const steps = '{ min: 1, max: 4, steps: [ { above: 70%, add: 1 } ] }';
    expect(said(steps, 'Target tracking')).toBe(false);
    expect(said(steps, 'Backlog per instance')).toBe(false);
    const backlog = '{ min: 1, max: 4, target: { metric: backlogPerInstance, value: 60 } }';
    expect(said(backlog, 'Target tracking')).toBe(true);
    expect(said(backlog, 'Backlog per instance')).toBe(true);
  });
});
