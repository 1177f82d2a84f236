import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { arrivalsOf } from '../../src/workload/arrivals.ts';
import { parseTrace, type TraceOutcome, type TraceSpec, traceErrorText } from '../../src/workload/trace.ts';
import { csvRows } from '../../src/workload/trace-csv.ts';
import { type Instant, microsecondsBetween, parseInstant } from '../../src/workload/trace-time.ts';

const MINUTE = 60_000_000;
const PLAIN: TraceSpec = { time: 'time', count: null, everyUs: null, scale: 1, speed: 1 };
const COUNTED: TraceSpec = { time: 'time', count: 'n', everyUs: 5 * MINUTE, scale: 1, speed: 1 };

function read(text: string, spec: TraceSpec): Extract<TraceOutcome, { ok: true }> {
  const outcome = parseTrace(text, spec);
  if (!outcome.ok) throw new Error(outcome.errors.map(traceErrorText).join('\n'));
  return outcome;
}
function errorsOf(text: string, spec: TraceSpec): string[] {
  const outcome = parseTrace(text, spec);
  return outcome.ok ? [] : outcome.errors.map((e) => `${e.code}@${e.line}`);
}
const rows = (...lines: string[]): string => ['time,n', ...lines].join('\n');

const since = (text: string, from = '1970-01-01 00:00:00'): number =>
  microsecondsBetween(parseInstant(from) as Instant, parseInstant(text) as Instant);

describe('times of a recording', () => {
  it('are UTC without a zone, and moved by one that is given', () => {
    expect(since('2014-04-10 00:04:00')).toBe(1_397_088_240_000_000);
    expect(since('2014-04-10T00:04:00Z')).toBe(1_397_088_240_000_000);
    expect(since('2014-04-10T02:04:00+02:00')).toBe(1_397_088_240_000_000);
    expect(since('2014-04-09 18:34:00-0530')).toBe(1_397_088_240_000_000);
    expect(since('2014-04-10 00:04')).toBe(1_397_088_240_000_000);
  });

  it('keep seven digits of a second', () => {
    expect(since('2023-11-16 18:17:04.0781491', '2023-11-16 18:17:03.9799600')).toBeCloseTo(98_189.1, 6);
    expect(since('1700158624.5', '1700158624.25')).toBe(250_000);
    expect(since('-0.5', '0')).toBe(-500_000);
  });

  it('agree with the calendar of the host from 1900 to 2200', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 7_258_118_400 }), (seconds) => {
        const text = new Date(seconds * 1000).toISOString();
        expect(parseInstant(text)).toEqual({ seconds, us: 0 });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each([
    '',
    'yesterday',
    '2014-13-01 00:00:00',
    '2014-02-29 00:00:00',
    '1900-02-29 00:00:00',
    '2014-04-10 24:00:00',
    '2014-04-10 00:60:00',
    '2014-04-10 00:00:00+99:00',
    '10/04/2014 00:00',
    '1e9',
    '0x10',
    'NaN',
  ])('refuse %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('know the leap day of 2000 and 2024', () => {
    expect(since('2000-03-01 00:00:00', '2000-02-28 00:00:00')).toBe(2 * 86_400_000_000);
    expect(since('2000-03-01 00:00:00', '2000-02-29 00:00:00')).toBe(86_400_000_000);
    expect(since('2024-03-01 00:00:00', '2024-02-29 00:00:00')).toBe(86_400_000_000);
  });
});

const fields = (text: string): (readonly string[])[] => [...csvRows(text)].map((row) => row.fields);
const quote = (x: string): string => `"${x.replaceAll('"', '""')}"`;

describe('comma-separated values', () => {
  it('may have a byte order mark, either line ending and no newline at the end', () => {
    expect(fields('\uFEFFa,b\r\n1,2\r\n3,4')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(fields('a\n\n1\n\n')).toEqual([['a'], ['1']]);
  });

  it('may quote commas, quotes and line ends, and still know their lines', () => {
    const text = 'a,b\n"1,5","say ""hi"""\n"two\nlines",x\r\nlast,y';
    const all = [...csvRows(text)];
    expect(all.map((row) => row.fields)).toEqual([
      ['a', 'b'],
      ['1,5', 'say "hi"'],
      ['two\nlines', 'x'],
      ['last', 'y'],
    ]);
    expect(all.map((row) => row.line)).toEqual([1, 2, 3, 5]);
  });

  it('say where a quote is never closed', () => {
    expect([...csvRows('a\n"x\ny')].map((row) => row.whole)).toEqual([true, false]);
  });

  it('survive a round trip of any fields', () => {
    const cell = fc.string({ maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (table) => {
        expect(fields(table.map((row) => row.map(quote).join(',')).join('\n'))).toEqual(table);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe('a recording of requests', () => {
  it('begins at 0 and has one instant a row', () => {
    const { recording, everyUs } = read(
      'id,time\n1,2023-11-16 18:17:03.9799600\n2,2023-11-16 18:17:04.0319600\n',
      PLAIN,
    );
    expect(recording).toEqual({ rows: 2, requests: 2, lengthUs: 52_000, instantsUs: [0, 52_000], counts: null });
    expect(everyUs).toBeNull();
  });

  it('compresses time by its speed', () => {
    const { recording } = read('time\n100\n101\n104', { ...PLAIN, speed: 2 });
    expect(recording.instantsUs).toEqual([0, 500_000, 2_000_000]);
    expect(recording.lengthUs).toBe(2_000_000);
  });

  it('repeats each request by an integer scale, spread up to the next row', () => {
    const { recording } = read('time\n0\n3\n3\n9', { ...PLAIN, scale: 3 });
    expect(recording.instantsUs).toEqual([0, 1e6, 2e6, 3e6, 3e6, 3e6, 3e6, 5e6, 7e6, 9e6, 9e6, 9e6]);
    expect(recording.requests).toBe(12);
    expect(recording.rows).toBe(4);
  });

  it('thins evenly by a scale below one', () => {
    const text = `time\n${Array.from({ length: 100 }, (_, i) => i).join('\n')}`;
    const { recording } = read(text, { ...PLAIN, scale: 0.25 });
    expect(recording.requests).toBe(25);
    expect(recording.instantsUs?.length).toBe(25);
    expect(recording.lengthUs).toBe(99_000_000);
  });
});

describe('a recording of counts', () => {
  it('has one count a period and lasts to the end of the last', () => {
    const { recording, everyUs } = read(
      rows('2014-04-10 00:04:00,94.0', '2014-04-10 00:09:00,0', '2014-04-10 00:14:00,7'),
      COUNTED,
    );
    expect(recording.counts).toEqual([
      { atUs: 0, count: 94 },
      { atUs: 5 * MINUTE, count: 0 },
      { atUs: 10 * MINUTE, count: 7 },
    ]);
    expect(recording.lengthUs).toBe(15 * MINUTE);
    expect(recording.requests).toBe(101);
    expect(everyUs).toBe(5 * MINUTE);
  });

  it('says how many periods have no row', () => {
    expect(read(rows('0,1', '300,1', '1200,1'), COUNTED).missingPeriods).toBe(2);
  });

  it('scales so that the sum is exact to the last request, for any counts and scale', () => {
    const count = fc.nat({ max: 500 });
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 4000 }),
        (counts, mille) => {
          const scale = mille / 1000;
          const { recording } = read(rows(...counts.map((n, i) => `${300 * i},${n}`)), { ...COUNTED, scale });
          const offered = (recording.counts ?? []).map((each) => each.count);
          const sum = counts.reduce((a, b) => a + b, 0);
          expect(offered.reduce((a, b) => a + b, 0)).toBe(Math.round(sum * scale));
          expect(recording.requests).toBe(Math.round(sum * scale));
          // No row is off by a whole request.
          offered.forEach((n, i) => expect(Math.abs(n - (counts[i] as number) * scale)).toBeLessThanOrEqual(1 + 1e-9));
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('compresses periods too', () => {
    const outcome = read(rows('0,1', '300,1'), { ...COUNTED, speed: 5 });
    expect(outcome.everyUs).toBe(MINUTE);
    expect(outcome.recording.lengthUs).toBe(2 * MINUTE);
  });
});

describe('a bad recording', () => {
  it.each([
    ['', ['trace-empty@1']],
    ['time,n', ['trace-empty@1']],
    ['Time,n\n0,1', ['trace-column@1']],
    ['time,time,n\n0,0,1', ['trace-column@1']],
    [rows('0,1', '300'), ['trace-fields@3']],
    [rows('0,1', '300,1,2'), ['trace-fields@3']],
    [rows('0,"1'), ['trace-quote@2']],
    [rows('0,1', 'noon,1'), ['trace-time@3']],
    [rows('300,1', '0,1'), ['trace-order@3']],
    [rows('0,1', '299,1'), ['trace-period@3']],
    [rows('0,1', '0,1'), ['trace-period@3']],
    [rows('0,-1'), ['trace-count@2']],
    [rows('0,1.5'), ['trace-count@2']],
    [rows('0,'), ['trace-count@2']],
    [rows('0,0x10'), ['trace-count@2']],
    [rows('0,Infinity'), ['trace-count@2']],
    [rows('0,9e9'), ['trace-size@2']],
    [rows('0,1', 'x,-1', '300,2', '200,1.5'), ['trace-time@3', 'trace-count@3', 'trace-order@5', 'trace-count@5']],
  ])('%j is told with its line', (text, expected) => {
    expect(errorsOf(text, COUNTED)).toEqual(expected);
  });

  it('names value, expectation and, where there is one, the column meant', () => {
    const outcome = parseTrace('TIMESTAMP,n\n0,1', { ...COUNTED, time: 'timestamp' });
    expect(outcome.ok ? '' : traceErrorText(outcome.errors[0] as never)).toBe(
      'line 1, column timestamp: "timestamp": expected one of the columns TIMESTAMP, n; did you mean TIMESTAMP?',
    );
  });

  it('stops after 20 errors and says so', () => {
    const outcome = parseTrace(rows(...new Array<string>(50).fill('0,-1')), COUNTED);
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect([outcome.errors.length, outcome.more]).toEqual([20, true]);
  });

  it('is refused for a specification that makes no sense', () => {
    for (const spec of [
      { ...PLAIN, scale: 0 },
      { ...PLAIN, speed: -1 },
      { ...COUNTED, everyUs: null },
      { ...PLAIN, everyUs: 5 },
    ]) {
      expect(errorsOf('time,n\n0,1', spec)).toEqual(['trace-spec@0']);
    }
  });

  it('never throws, whatever the text', () => {
    const text = fc.string({
      maxLength: 60,
      unit: fc.constantFrom('0', '1', ',', '"', '\n', '\r', '-', ':', ' ', 'x', '.'),
    });
    fc.assert(
      fc.property(text, (body) => {
        for (const spec of [PLAIN, COUNTED]) {
          const outcome = parseTrace(`time,n\n${body}`, spec);
          if (outcome.ok) expect(outcome.recording.requests).toBeGreaterThanOrEqual(0);
          else expect(outcome.errors.length).toBeGreaterThan(0);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

const DATA = new URL('../../../shared/data/', import.meta.url);
const missing = !existsSync(DATA);

const file = (name: string): string => readFileSync(new URL(name, DATA), 'utf8');
const offered = (source: Extract<TraceOutcome, { ok: true }>, scale: number): number => {
  const arrivals = arrivalsOf(new Simulation({ seed: 1 }), 'orders', {
    kind: 'trace',
    recording: { ...source.recording, sha256: '' },
    scale,
    speed: 1,
    everyUs: source.everyUs,
    burstiness: 1,
  });
  let n = 0;
  let last = 0;
  for (let t = arrivals.next(); t <= source.recording.lengthUs; t = arrivals.next()) {
    if (t < last) throw new Error(`arrival ${n} at ${t} us runs back`);
    last = t;
    n++;
  }
  expect(arrivals.next()).toBe(Number.POSITIVE_INFINITY);
  return n;
};

describe.skipIf(missing)(`real recordings${missing ? ' (skipped: ../shared/data is not there)' : ''}`, () => {
  it('of language-model requests: 8,819 rows over 57 minutes', () => {
    const spec = { ...PLAIN, time: 'TIMESTAMP' };
    const trace = read(file('AzureLLMInferenceTrace_code.csv'), spec);
    expect(trace.recording.rows).toBe(8819);
    expect(trace.recording.lengthUs).toBe(3_435_948_056);
    expect(trace.recording.instantsUs?.slice(0, 3)).toEqual([0, 52_000, 98_189]);
    expect(offered(trace, 1)).toBe(8819);
    expect(offered(read(file('AzureLLMInferenceTrace_code.csv'), { ...spec, scale: 2.5 }), 2.5)).toBe(22_048);
  });

  it('of a load balancer: 249,327 requests in 4,032 periods of 5 minutes, exact at any scale', () => {
    const spec = { ...COUNTED, time: 'timestamp', count: 'value' };
    const trace = read(file('elb_request_count_8c0756.csv'), spec);
    expect(trace.recording.rows).toBe(4032);
    expect(trace.missingPeriods).toBe(8);
    expect(offered(trace, 1)).toBe(249_327);
    expect(offered(read(file('elb_request_count_8c0756.csv'), { ...spec, scale: 2 }), 2)).toBe(498_654);
    expect(offered(read(file('elb_request_count_8c0756.csv'), { ...spec, scale: 0.1 }), 0.1)).toBe(24_933);
  });
});
