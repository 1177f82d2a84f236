import { describe, expect, test } from 'vitest';
import { BASE, changed, errorsOf, resolved } from './base.ts';

const set = (path: string, value: string) => ({ overrides: [{ path, value }] });

describe('--set', () => {
  test.each([
    ['replications', '7', (s: ReturnType<typeof resolved>) => s.replications, 7],
    [
      'traffic.orders.rate',
      '50/s',
      (s: ReturnType<typeof resolved>) => s.traffic[0]?.source,
      { base: { kind: 'constant', perSecond: 50 } },
    ],
    [
      'traffic.orders.changes.0.rate',
      '1k/s',
      (s: ReturnType<typeof resolved>) => s.traffic[0]?.source,
      { changes: [{ perSecond: 1000 }, {}] },
    ],
    ['faults.0.slow', '9x', (s: ReturnType<typeof resolved>) => s.faults[0]?.slow, 9],
    [
      'designs.sync.resources.api.servers',
      'unlimited',
      (s: ReturnType<typeof resolved>) => s.designs[0]?.resources[1],
      { servers: null },
    ],
    ['workers.instances', '40', (s: ReturnType<typeof resolved>) => s.designs[1]?.resources[3], { instances: 40 }],
    [
      'workers.heartbeat',
      '{ every: 5s, extendTo: 30s }',
      (s: ReturnType<typeof resolved>) => s.designs[1]?.resources[3],
      { heartbeat: { everyUs: 5_000_000 } },
    ],
    [
      'db.serviceTime',
      '{ exponential: { mean: 1ms } }',
      (s: ReturnType<typeof resolved>) => s.designs[0]?.resources[0],
      { serviceTime: { kind: 'exponential', mean: 1000 } },
    ],
    [
      'db.shed.maxWait',
      '1s',
      (s: ReturnType<typeof resolved>) => s.designs[0]?.resources[0],
      { shedAfterUs: 1_000_000 },
    ],
  ])('%s=%s', (path, value, look, expected) => {
    const found = look(resolved(BASE, set(path, value)));
    if (typeof expected === 'object') expect(found).toMatchObject(expected);
    else expect(found).toBe(expected);
  });

  test('a resource is set in every design that has it', () => {
    const own = changed(
      '      dlq: { type: sqs }',
      '      dlq: { type: sqs }\n      api: { type: service, serviceTime: 9ms }',
    );
    const scenario = resolved(own, set('api.servers', '3'));
    const servers = scenario.designs.map((design) => design.resources.find((one) => one.name === 'api'));
    expect(servers).toMatchObject([{ servers: 3 }, { servers: 3 }]);
  });

  test('a later one wins', () => {
    const overrides = [
      { path: 'replications', value: '7' },
      { path: 'replications', value: '8' },
    ];
    expect(resolved(BASE, { overrides }).replications).toBe(8);
  });

  test.each([
    ['worker.instances', '5', 'unknown-path', 'did you mean workers.instances?'],
    ['orderz.rate', '5/s', 'unknown-path', 'a path from the root'],
    ['replicatons', '5', 'unknown-path', 'did you mean replications?'],
    ['workers', '5', 'unknown-path', 'a setting of workers'],
    ['workers.instancs', '5', 'unknown-key', 'did you mean instances?'],
    ['workers.instances', '-5', 'out-of-range', 'from 1'],
    ['workers.handler.time', '5', 'no-unit', 'did you mean 5s?'],
    ['faults.7.slow', '5x', 'unknown-path', 'from 0 to 1'],
    ['faults.x', '5x', 'unknown-path', 'from 0 to 1'],
    ['designs.snyc.resources.api.servers', '5', 'unknown-path', 'did you mean designs.sync.resources.api.servers?'],
    ['designs.sync.resources.web.servers', '5', 'unknown-path', 'one of api'],
    ['traffic.order.rate', '5/s', 'unknown-path', 'did you mean traffic.orders.rate?'],
    ['workers.instances.x', '5', 'unknown-path', 'a plain value'],
    ['replications', '[', 'syntax', 'a value in YAML'],
    ['title', '*a', 'syntax', 'a value in YAML'],
    ['resources.__proto__', '{ type: sqs }', 'unknown-path', 'one of db'],
    ['workers.handler', '{ __proto__: { time: 5ms } }', 'syntax', 'a value in YAML'],
    ['', '5', 'unknown-path', 'names with a dot'],
    ['a..b', '5', 'unknown-path', 'names with a dot'],
  ])('%s=%s is refused, and the place is the option', (path, value, code, mend) => {
    const errors = errorsOf(BASE, set(path, value));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code, file: `--set ${path}=${value}`, line: 0, column: 0 });
    expect(errors[0]?.message).toContain(mend);
  });

  test('an error of the file stays in the file, beside one of an option', () => {
    const errors = errorsOf(changed('servers: 200', 'servers: none'), set('workers.instances', 'many'));
    expect(errors.map((error) => [error.file, error.line > 0])).toEqual([
      ['--set workers.instances=many', false],
      ['x.yaml', true],
    ]);
  });
});

describe('--traffic', () => {
  const trace = { file: 'clicks.csv', time: 'at' };

  test('a recording takes the place of rate, changes and arrivals, and keeps the rest', () => {
    const scenario = resolved(BASE, { traffic: [{ name: 'orders', trace: { ...trace, scale: '2x' } }] });
    expect(scenario.traffic[0]).toMatchObject({
      source: { kind: 'trace', scale: 2, recording: { rows: 3, requests: 6 } },
      timeoutUs: 3_000_000,
    });
  });

  test.each([
    ['ordres', trace, 'unknown-reference', 'did you mean orders?'],
    ['orders', { ...trace, file: 'none.csv' }, 'no-file', 'a readable file'],
    ['orders', { ...trace, scale: '2' }, 'no-unit', 'did you mean 2x?'],
    ['orders', { ...trace, count: 'n' }, 'missing', 'counted period'],
    ['orders', { ...trace, time: 'what' }, 'bad-file', 'a time such as'],
  ])('%s with %j is refused, and the place is the option', (name, given, code, mend) => {
    const errors = errorsOf(BASE, { traffic: [{ name, trace: given }] });
    expect(errors.every((error) => error.file === `--traffic ${name}=${given.file}` && error.line === 0)).toBe(true);
    expect(errors[0]).toMatchObject({ code });
    expect(errors[0]?.message).toContain(mend);
  });
});
