import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE } from '../../src/cli/explain/example.ts';
import { explanationOf, factsAbout, TOPICS } from '../../src/cli/explain/topics.ts';
import { sqsFactList } from '../../src/facts/index.ts';
import { parseScenario, RESOURCE_TYPES, toResultForm } from '../../src/scenario/index.ts';
import { Place, ROOT } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
});
afterAll(() => place.remove());

describe('spillway explain', () => {
  test('lists what can be explained, with what comes later', () => {
    const { code, out } = place.spillway(['explain']);
    expect(code).toBe(0);
    for (const { name } of TOPICS) expect(out).toContain(`  ${name} `);
    for (const type of RESOURCE_TYPES) expect(TOPICS.map(({ name }) => name)).toContain(type);
  });

  test('says of every type what it is, and of a broker what it rests on', () => {
    for (const { name, about } of TOPICS) expect(about, name).not.toBe('A type of resource.');
    expect(place.spillway(['explain', 'mq']).out).toMatch(/Rests on\n {2}- A request’s work/);
  });

  test('tells settings with limits and defaults, facts with source and date, and what is assumed', () => {
    const { out } = place.spillway(['explain', 'sqs']);
    expect(out).toMatch(/visibilityTimeout\s+How long a received message is hidden.*?0s to 12h.*?Default:\s+30s/s);
    expect(out).toMatch(/sqs\.visibility\.max: 43,200 s \(confirmed\)\n\s+botocore.*2026-10-01/);
    expect(out).toMatch(/Rests on\n {2}- .*assumed/s);
    expect(out).toMatch(/metrics\.ApproximateAgeOfOldestMessage +mean, min, max/);
  });

  test('of one setting tells it and the facts about it', () => {
    const { out } = place.spillway(['explain', 'sqs', 'redrive']);
    expect(out).toContain('redrive.maxReceiveCount');
    expect(out).toContain('sqs.redrive.max_receive_count_max');
    expect(out).not.toContain('visibility');
  });

  test.each([
    [['sq'], 'did you mean sqs?'],
    [['firehose-stream'], 'expected one of service, sqs'],
    [['sqs', 'visibility'], 'did you mean visibilityTimeout?'],
    [['sqs', 'maxReceiveCount'], 'did you mean redrive.maxReceiveCount?'],
  ])('%s is unknown, and what is near is told', (args, says) => {
    const { code, out, err } = place.spillway(['explain', ...args]);
    expect(err).toContain(says);
    expect([code, out]).toEqual([2, '']);
  });

  test('fits 80 columns', () => {
    for (const { name } of TOPICS) {
      for (const line of place.spillway(['explain', name]).out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe('what it tells is so', () => {
  const words: [topic: string, setting: string, read: (resolved: Resolved) => unknown][] = [
    ['sqs', 'visibilityTimeout', ({ sqs }) => `${Number(sqs['visibilityTimeoutMs']) / 1000}s`],
    ['sqs', 'messageRetentionPeriod', ({ sqs }) => `${Number(sqs['messageRetentionPeriodMs']) / 86_400_000}d`],
    ['sqs', 'fifo', ({ sqs }) => sqs['fifo']],
    ['service', 'servers', ({ service }) => service['servers']],
    ['service', 'discipline', ({ service }) => service['discipline']],
    ['service', 'replicas', ({ service }) => service['replicas']],
    ['service', 'blocking', ({ service }) => service['blocking']],
    ['consumer', 'instances', ({ consumer }) => consumer['instances']],
    ['consumer', 'batchSize', ({ consumer }) => consumer['batchSize']],
    ['consumer', 'waitTime', ({ consumer }) => `${Number(consumer['waitTimeMs']) / 1000}s`],
    ['consumer', 'restartDelay', ({ consumer }) => `${Number(consumer['restartDelayMs']) / 1000}s`],
    ['consumer', 'deletes', ({ consumer }) => consumer['deletes']],
    ['lambda', 'timeout', ({ lambda }) => `${Number(lambda['timeoutMs']) / 1000}s`],
    ['lambda', 'memory', ({ lambda }) => `${Number(lambda['memoryBytes']) / 1_048_576}MiB`],
    ['lambda', 'keepWarm', ({ lambda }) => `${Number(lambda['keepWarmMs']) / 60_000}m`],
  ];
  type Settings = Readonly<Record<string, unknown>>;
  type Resolved = Readonly<Record<'sqs' | 'service' | 'consumer' | 'lambda', Settings>>;

  test.each(words)('the default of %s.%s is what a scenario without it gets', (topic, setting, read) => {
    const parsed = parseScenario(EXAMPLE, { file: 'x', name: 'x', readText: () => undefined });
    if (!parsed.ok) throw new Error('the example has errors');
    const { designs } = toResultForm(parsed.scenario) as unknown as { designs: { resources: Settings[] }[] };
    const all = designs.flatMap(({ resources }) => resources.map((one) => [one['name'], one] as const));
    const told = explanationOf(topic)?.settings.find(({ path }) => path === setting);
    expect(told?.default).toEqual(read(Object.fromEntries(all) as Resolved));
  });

  test('every setting of every topic says what it is', () => {
    for (const { name } of TOPICS) {
      const found = explanationOf(name);
      expect(found?.settings.length).toBeGreaterThan(0);
      for (const { path, description } of found?.settings ?? []) expect([path, description]).not.toEqual([path, '']);
    }
  });

  test('every list of facts is at the door, where explain finds it', async () => {
    const door = Object.keys(await import('../../src/facts/index.ts'));
    for (const file of readdirSync(join(ROOT, 'src/facts'))) {
      const list = /export const (\w+FactList)\b/.exec(readFileSync(join(ROOT, 'src/facts', file), 'utf8'))?.[1];
      if (list !== undefined) expect(door).toContain(list);
    }
    expect(explanationOf('calls')?.facts.map(({ id }) => id)).toContain('sdk.adaptive.beta');
  });

  test('facts are found by the words of a setting', () => {
    const ids = (path: string): string[] => factsAbout(path, sqsFactList).map(({ id }) => id);
    expect(ids('messageRetentionPeriod')).toEqual(
      expect.arrayContaining(['sqs.retention.max', 'sqs.retention.default']),
    );
    expect(ids('waitTime')).toEqual(expect.arrayContaining(['sqs.receive.wait_max']));
    expect(ids('maximumMessageSize')).toEqual(expect.arrayContaining(['sqs.queue.maximum_message_size_default']));
    expect(ids('redrive.deadLetterQueue')).not.toContain('sqs.visibility.max');
  });
});
