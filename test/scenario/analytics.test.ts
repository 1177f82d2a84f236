import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

function text(settings: string, source = 'events'): string {
  return `seed: 1
horizon: 1m
traffic: { t: { rate: 10/s, key: a } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: kinesis }
      queue: { type: sqs }
      board: { type: sink }
      counts: { type: analytics, source: ${source}, ${settings} }`;
}

function errorsOf(settings: string, source?: string): string[] {
  const outcome = parseScenario(text(settings, source), { file: 't.yaml', name: 't', readText: () => undefined });
  return outcome.ok ? [] : outcome.errors.map(({ code, path, expected }) => `${code} ${path}: ${expected}`);
}
const settingsOf = (settings: string): unknown =>
  resolve(text(settings)).designs[0]?.resources.find(({ name }) => name === 'counts');

describe('an application', () => {
  test('has AWS’s and Flink’s defaults', () => {
    expect(settingsOf('window: { tumbling: 1m }')).toMatchObject({
      type: 'analytics',
      source: 'events',
      window: { kind: 'tumbling', sizeUs: 60_000_000 },
      parallelism: 1,
      parallelismPerKpu: 1,
      autoScaling: true,
      outOfOrdernessUs: 0,
      idleAfterUs: 0,
      allowedLatenessUs: 0,
      checkpointing: true,
      checkpointIntervalUs: 60_000_000,
      checkpointMinPauseUs: 5_000_000,
      transactionalSink: false,
      idleTimeBetweenReadsUs: 200_000,
      sink: null,
    });
  });

  test('has windows of three kinds', () => {
    expect(settingsOf('window: { sliding: { size: 1m, slide: 10s } }')).toMatchObject({
      window: { kind: 'sliding', sizeUs: 60_000_000, slideUs: 10_000_000 },
    });
    expect(settingsOf('window: { session: 30s }')).toMatchObject({ window: { kind: 'session', gapUs: 30_000_000 } });
  });

  test.each([
    ['window: { sliding: { size: 10s, slide: 1m } }', 'out-of-range', 'at most the size of the window'],
    ['window: { tumbling: 1m, session: 1m }', 'one-of', 'one of { tumbling }'],
    ['window: { tumbling: 1m }, parallelism: 100', 'out-of-range', 'at most 64 KPUs: 64 with parallelismPerKpu: 1'],
    ['window: { tumbling: 1m }, exactlyOnce: true, checkpoints: { enabled: false }', 'misfit', 'checkpoints beside'],
    ['window: { tumbling: 1m }, sink: { to: queue }', 'wrong-reference', 'a service or a sink; queue is an sqs queue'],
    ['window: { tumbling: 1m }, sink: { to: nobody }', 'unknown-reference', 'resource of design d'],
  ])('%s is refused', (settings, code, expected) => {
    const [error = ''] = errorsOf(settings);
    expect(error.startsWith(code)).toBe(true);
    expect(error).toContain(expected);
  });

  test('wants records of one request each', () => {
    const kpl = text('window: { tumbling: 1m }').replace('key: a }', 'key: a, producer: kpl }');
    const outcome = parseScenario(kpl, { file: 't.yaml', name: 't', readText: () => undefined });
    expect(outcome.ok ? '' : outcome.errors[0]?.expected).toContain('aggregation: false');
  });

  test('reads a stream and nothing else, and no traffic enters it', () => {
    expect(errorsOf('window: { tumbling: 1m }', 'queue')[0]).toContain('a kinesis stream; queue is an sqs queue');
    const outcome = parseScenario(text('window: { tumbling: 1m }').replace('{ t: events }', '{ t: counts }'), {
      file: 't.yaml',
      name: 't',
      readText: () => undefined,
    });
    expect(outcome.ok ? '' : outcome.errors[0]?.expected).toContain('which reads its stream itself');
  });
});
