/** Tests of tests: what a broken handler, a broken guarantee and a broken test come back as. */
import { describe, expect, test } from 'vitest';
import {
  BrokenGuarantee,
  call,
  checkGuarantees,
  expectGuarantees,
  type GuaranteeOptions,
  type HandlerCode,
  HandlerCodeError,
  sleep,
  TestingError,
  type TestingErrorCode,
  work,
} from '../../src/testing/index.ts';
import { LOSSY, SHOP } from './shop.ts';

interface Charges {
  readonly charges: number[];
}

const charging = (runs = 5): GuaranteeOptions<Charges> => ({
  state: () => ({ charges: [] }),
  handlers: {
    workers:
      ({ charges }) =>
      ({ request }) => {
        charges.push(request);
      },
  },
  invariants: {
    'no order is charged twice': ({ charges }) => {
      const twice = charges.find((order, i) => charges.indexOf(order) !== i);
      return twice === undefined || `order ${twice} was charged twice`;
    },
  },
  runs,
});
const idle = { workers: () => (): void => {} };

async function thrownBy(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

async function brokenBy<State>(scenario: string, options: GuaranteeOptions<State>): Promise<BrokenGuarantee> {
  const error = await thrownBy(expectGuarantees(scenario, options));
  expect(error).toBeInstanceOf(BrokenGuarantee);
  return error as BrokenGuarantee;
}

describe('a handler that does not mind repeats', () => {
  test('holds, and the report says what was tried', async () => {
    const report = await expectGuarantees(SHOP, charging());
    expect(report).toMatchObject({ held: true, runs: 5, counterexample: null });
    expect(report.messages).toBeGreaterThan(50);
    expect(report.handlers).toEqual([{ name: 'workers', calls: report.messages, thrown: 0, firstError: null }]);
    expect(report.verdicts[0]).toEqual({
      guarantee: 'no order is charged twice',
      of: 'state',
      verdict: 'held',
      sentence: '',
    });
    expect(report.verdicts.find((one) => one.guarantee === 'no-loss')).toMatchObject({ of: 'orders', verdict: 'held' });
  });

  test('is the same report again, and another of another seed', async () => {
    const [once, again, other] = await Promise.all([
      checkGuarantees(SHOP, charging()),
      checkGuarantees(SHOP, charging()),
      checkGuarantees(SHOP, { ...charging(), seed: 2 }),
    ]);
    expect(JSON.stringify(again)).toBe(JSON.stringify(once));
    expect(other.messages).not.toBe(once.messages);
  });

  test('has a state of its own in each run', async () => {
    const states = new Set<Charges>();
    const { runs } = await expectGuarantees<Charges>(SHOP, {
      state: () => ({ charges: [] }),
      handlers: {
        workers: (state) => {
          states.add(state);
          let calls = 0;
          return () => {
            calls++;
            state.charges.push(calls);
          };
        },
      },
      invariants: { 'the state is as old as the code': ({ charges }) => charges.every((call, i) => call === i + 1) },
      runs: 3,
    });
    expect(states.size).toBe(runs);
  });
});

describe('a handler that charges twice', () => {
  test('is told with what broke, the story, and the scenario', async () => {
    const { message, counterexample, report } = await brokenBy(LOSSY, charging(1));
    const order = /order (\d+)/.exec(counterexample.sentence)?.[1];
    expect(counterexample).toMatchObject({ guarantee: 'no order is charged twice', of: 'state', design: 'queued' });
    expect(message.split('\n')[0]).toBe(`"no order is charged twice" does not hold: order ${order} was charged twice.`);
    const { story } = counterexample;
    expect(story.every((line) => line.includes(`request ${order}`) || line.includes('fault'))).toBe(true);
    const proof = story.filter((line) => line.startsWith('>')).map((line) => line.replace(/^> +\S+ s +/, ''));
    expect(proof.filter((line) => line.includes('began to work')).length).toBe(2);
    expect(story.some((line) => line.includes('(2nd time)'))).toBe(true);
    expect(message).toContain(story.join('\n'));
    expect(message).toMatch(/^ {2}seed: .*\n {2}horizon: .*/m);
    expect(report.held).toBe(false);
  });

  test('comes back from the scenario that was given, in its first run', async () => {
    const seldom = LOSSY.replace('20%', '2%');
    await expect(expectGuarantees(seldom, charging(1))).resolves.toMatchObject({ held: true });
    const { counterexample, report } = await brokenBy(seldom, charging(50));
    // What was tried to make it small does not count.
    expect(report.runs).toBeLessThanOrEqual(counterexample.run + 1);
    expect(counterexample.yaml.length).toBeLessThan(seldom.length);
    const again = await brokenBy(counterexample.yaml, charging(1));
    expect(counterexample.run).toBeGreaterThan(0);
    expect(again.counterexample.run).toBe(0);
    expect(again.counterexample.sentence).toBe(counterexample.sentence);
    expect(again.counterexample.story).toEqual(counterexample.story);
  });

  test('is seen at the very step, whatever puts it right afterwards', async () => {
    const { counterexample } = await brokenBy(LOSSY, {
      ...charging(1),
      handlers: {
        workers: ({ charges }) =>
          function* ({ request }) {
            charges.push(request);
            yield work();
            charges.splice(charges.lastIndexOf(request), 1);
            charges.push(request);
            yield sleep('1ms');
            const first = charges.indexOf(request);
            if (charges.lastIndexOf(request) !== first) charges.splice(first, 1);
          },
      },
    });
    expect(counterexample.sentence).toMatch(/^order \d+ was charged twice\.$/);
  });

  test('between a charge and its record is caught in a crash, and only there', async () => {
    const crash = `${SHOP}faults: [{ at: 5s, for: 1s, resource: workers, crash: 100% }]\n`;
    const booking = (): GuaranteeOptions<Charges & { booked: Set<number> }> => ({
      state: () => ({ charges: [], booked: new Set() }),
      handlers: {
        workers: ({ charges, booked }) =>
          function* ({ request }) {
            if (booked.has(request)) return;
            charges.push(request);
            yield* call('bank');
            booked.add(request);
          },
      },
      invariants: { once: ({ charges }) => new Set(charges).size === charges.length },
      runs: 1,
    });
    await expect(expectGuarantees(SHOP, booking())).resolves.toMatchObject({ held: true });
    const { counterexample } = await brokenBy(crash, booking());
    expect(counterexample.story.some((line) => line.includes('vanished'))).toBe(true);
  });

  test('is told by checkGuarantees instead', async () => {
    const report = await checkGuarantees(LOSSY, charging(1));
    expect(report.held).toBe(false);
    expect(report.counterexample?.sentence).toMatch(/charged twice/);
    expect(report.verdicts[0]?.verdict).toBe('broken');
  });
});

describe('guarantees of the resources', () => {
  test('that are asked for are broken with the records that prove it', async () => {
    const { message, counterexample } = await brokenBy(LOSSY, {
      handlers: idle,
      guarantees: ['at-most-once of workers'],
      runs: 1,
    });
    expect(message).toMatch(/^at-most-once of workers is broken: /);
    expect(counterexample.story.filter((line) => line.startsWith('>')).length).toBeGreaterThan(1);
  });

  test('are asked for beside those of the scenario, which may expect a break', async () => {
    const expected = `${LOSSY}guarantees: [{ that: at-most-once of workers, expect: broken }]\n`;
    const report = await expectGuarantees(expected, {
      handlers: idle,
      guarantees: ['at-most-once of orders'],
      runs: 1,
    }).catch((error: unknown) => (error as BrokenGuarantee).report);
    const verdicts = new Map(report.verdicts.map((one) => [`${one.guarantee} of ${one.of}`, one.verdict]));
    expect(verdicts.get('at-most-once of workers')).toBe('broken');
    expect(verdicts.get('at-most-once of orders')).toBe('broken');
    expect(report.counterexample).toMatchObject({ guarantee: 'at-most-once', of: 'orders' });
    await expect(expectGuarantees(expected, { handlers: idle, runs: 1 })).resolves.toMatchObject({ held: true });
  });

  test('are judged without any code too', async () => {
    const report = await expectGuarantees(SHOP, { runs: 2 });
    expect(report).toMatchObject({ held: true, handlers: [] });
  });
});

describe('at the end', () => {
  const forgetful: HandlerCode = () => {};
  const booked = (code: (state: Set<number>) => HandlerCode): GuaranteeOptions<Set<number>> => ({
    state: () => new Set(),
    handlers: { workers: code },
    atEnd: {
      'all are booked': (state, { accepted, left }) =>
        accepted.every((order) => state.has(order) || left.includes(order)) || 'one was forgotten',
    },
    runs: 1,
  });
  const careful = booked(
    (state) =>
      ({ request }) =>
        state.add(request),
  );

  test('what was taken must be done or still lie in a queue', async () => {
    await expect(expectGuarantees(LOSSY, { ...careful, runs: 20 })).resolves.toMatchObject({ held: true });
    const { message } = await brokenBy(
      SHOP,
      booked(() => forgetful),
    );
    expect(message).toMatch(/^"all are booked" does not hold: one was forgotten\./);
  });

  test('dead letters are left', async () => {
    const dead = SHOP.replace(
      'visibilityTimeout: 2s',
      'visibilityTimeout: 2s, redrive: { maxReceiveCount: 2, deadLetterQueue: dead }',
    )
      .replace('resources:\n', 'resources:\n  dead: { type: sqs }\n')
      .replace('rate: 2/s', 'rate: 2/s, poison: 20%');
    const report = await expectGuarantees(dead, careful);
    expect(report.verdicts.find(({ guarantee }) => guarantee === 'all are booked')?.verdict).toBe('held');
    expect(report.probes['dead-lettered']).toBeGreaterThan(0);
  });

  test('nothing is said of a run that has not come to rest', async () => {
    const stuck = SHOP.replace('horizon: 10s', 'horizon: 10s\ndrain: 1s').replace(
      'rate: 2/s',
      'rate: 2/s, poison: 50%',
    );
    const { verdicts } = await expectGuarantees(
      stuck,
      booked(() => forgetful),
    );
    expect(verdicts[0]).toEqual({
      guarantee: 'all are booked',
      of: 'state',
      verdict: 'unknown',
      sentence: 'The run ended before the system came to rest.',
    });
  });
});

describe('a test that is none', () => {
  const codeOf = async (promise: Promise<unknown>): Promise<[TestingErrorCode | undefined, string]> => {
    const error = await thrownBy(promise);
    return [error instanceof TestingError ? error.code : undefined, error.message];
  };

  test('a handler that no message reaches', async () => {
    const none = SHOP.replace('rate: 2/s', 'rate: 0/s');
    expect(await codeOf(expectGuarantees(none, { handlers: idle, runs: 1 }))).toEqual([
      'never-called',
      'workers: no message reached it in 1 runs → expected traffic that reaches it',
    ]);
  });

  test('a handler that always throws', async () => {
    const handlers = {
      workers: () => (): void => {
        throw new TypeError('x is not a function');
      },
    };
    const [code, message] = await codeOf(expectGuarantees(SHOP, { handlers, runs: 1 }));
    expect(code).toBe('always-threw');
    expect(message).toMatch(/it threw in each of \d+ calls, first TypeError: x is not a function →/);
    await expect(checkGuarantees(SHOP, { handlers, runs: 1 })).resolves.toMatchObject({ held: true });
  });

  test('a handler that throws now and then is told of in the message', async () => {
    const { message } = await brokenBy(LOSSY, {
      handlers: {
        workers:
          () =>
          ({ request, ApproximateReceiveCount }) => {
            if (request % 5 === 0 && ApproximateReceiveCount === 1) throw new Error('bad luck');
          },
      },
      guarantees: ['at-most-once of orders'],
      runs: 1,
    });
    expect(message).toMatch(/^workers threw in \d+ of \d+ calls, first Error: bad luck\.$/m);
  });

  test('a handler that is asynchronous', async () => {
    const handlers = { workers: () => (async () => {}) as unknown as HandlerCode };
    const error = await thrownBy(expectGuarantees(SHOP, { handlers }));
    expect(error).toBeInstanceOf(HandlerCodeError);
    expect(error.message).toMatch(/^handler of workers: an async function → expected a plain function/);
    const promising = { workers: () => (() => Promise.resolve()) as unknown as HandlerCode };
    await expect(expectGuarantees(SHOP, { handlers: promising })).rejects.toThrow(/it returned a promise/);
  });

  test('an invariant that answers nonsense, or later', async () => {
    const one = (answer: unknown) => ({ handlers: idle, invariants: { one: () => answer as boolean }, runs: 1 });
    expect(await codeOf(expectGuarantees(SHOP, one(7)))).toEqual([
      'bad-option',
      'invariant "one": 7 → expected true, or a sentence that says what is wrong',
    ]);
    expect((await codeOf(expectGuarantees(SHOP, one(Promise.resolve(true)))))[1]).toMatch(/"one": a promise →/);
  });

  test('a handler that is another one in each run', async () => {
    let runs = 0;
    const promise = expectGuarantees(LOSSY, {
      handlers: {
        workers: () => {
          runs++;
          return () => {};
        },
      },
      invariants: { 'it is not the third run': () => runs !== 3 },
    });
    expect((await codeOf(promise))[1]).toMatch(/did not break when it was run again → look for/);
  });

  test('a scenario with errors: all of them, with their lines where it is a text', async () => {
    const bad = SHOP.replace('rate: 2/s', 'rate: 2').replace('time: 20ms', 'tme: 20ms');
    const [code, message] = await codeOf(expectGuarantees(bad));
    expect(code).toBe('bad-scenario');
    expect(message.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^scenario:5:\d+ traffic\.orders\.rate: 2 → expected a rate/),
      expect.stringMatching(/^scenario:9:\d+ .*tme.*did you mean time\?/),
    ]);
    expect((await codeOf(expectGuarantees({ seed: 1, horizon: '1s' })))[1]).not.toMatch(/scenario:\d/);
  });

  const options: [string, object, RegExp][] = [
    ['an unknown option', { invariant: {} }, /^invariant: an unknown option → .*did you mean invariants\?$/],
    ['no runs', { runs: 0 }, /^runs: 0 → expected a whole number from 1 to/],
    ['part of a message', { messages: 1.5 }, /^messages: 1\.5 →/],
    ['an unknown design', { design: 'queue' }, /^design: queue → expected one of queued, did you mean queued\?$/],
    ['an unknown handler', { handlers: { worker: idle.workers } }, /^handlers: worker → .*did you mean workers\?$/],
    [
      'a handler of what has none',
      { handlers: { orders: idle.workers } },
      /^handlers: orders → expected one of workers/,
    ],
    ['a handler that is none', { handlers: { workers: 'charge' } }, /^handlers\.workers: string → expected a function/],
    ['an unknown guarantee', { guarantees: ['ordr of orders'] }, /guarantees\.0: ordr → expected one of .*order/],
  ];
  test.each(options)('%s', async (_, wrong, message) => {
    const [code, said] = await codeOf(expectGuarantees(SHOP, wrong));
    expect(said).toMatch(message);
    expect(code).toBe(said.startsWith('the scenario') ? 'bad-scenario' : 'bad-option');
  });

  test('a sleep without a unit', () => {
    expect(() => sleep('50')).toThrow(/^sleep\("50"\) → expected a duration with its unit/);
    expect(() => sleep(50 as unknown as string)).toThrow(/^sleep\(50\) → expected a duration/);
  });
});

describe('the scenario', () => {
  test('may be plain data, and is the same then', async () => {
    const data = {
      seed: 1,
      horizon: '10s',
      resolution: '10s',
      traffic: { orders: { rate: '2/s' } },
      resources: {
        orders: { type: 'sqs', visibilityTimeout: '2s' },
        bank: { type: 'service', servers: 5, serviceTime: '50ms' },
        workers: {
          type: 'consumer',
          source: 'orders',
          instances: 2,
          waitTime: '1s',
          handler: { time: '20ms', calls: [{ to: 'bank', timeout: '1s' }] },
        },
      },
      designs: { queued: { traffic: { orders: 'orders' } } },
    };
    expect(await checkGuarantees(data, charging())).toEqual(await checkGuarantees(SHOP, charging()));
  });

  test('may name files, whose texts the test gives', async () => {
    const recorded = SHOP.replace('rate: 2/s', 'trace: { file: orders.csv, time: at }');
    const files = { 'orders.csv': 'at\n0\n1\n2\n3\n' };
    const { messages } = await expectGuarantees(recorded, { handlers: idle, files, runs: 1 });
    expect(messages).toBe(4);
    await expect(expectGuarantees(recorded, { handlers: idle })).rejects.toThrow(/orders\.csv/);
  });

  test('runs in every design that has the handler, or in the one that is named', async () => {
    const two = SHOP.replace('designs: {', 'designs: { direct: { traffic: { orders: bank } },').replace(
      '} } }\n',
      '} }, again: { traffic: { orders: orders } } }\n',
    );
    const [handled, all, named] = await Promise.all([
      checkGuarantees(two.replace('direct: { traffic: { orders: bank } },', ''), { handlers: idle, runs: 1 }),
      checkGuarantees(two, { runs: 1 }),
      checkGuarantees(two, { design: 'again', handlers: idle, runs: 1 }),
    ]);
    expect([handled.runs, all.runs, named.runs]).toEqual([2, 3, 1]);
  });

  test('leaves faults and guarantees of what only another design has to that one', async () => {
    const ledger = 'direct: { traffic: { orders: ledger }, resources: { ledger: { type: sqs } } },';
    const scenario = SHOP.replace('designs: {', `designs: { ${ledger}`).concat(
      'faults: [{ at: 1s, for: 1s, resource: ledger, down: true }]\nguarantees: [order of ledger]\n',
    );
    const { runs } = await checkGuarantees(scenario, { design: 'queued', handlers: idle, runs: 3 });
    expect(runs).toBe(3);
  });
});
