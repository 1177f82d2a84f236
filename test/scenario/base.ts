/** A small scenario with a bit of everything, to be broken in one place at a time. */
import { type ParseOptions, type ParseOutcome, parseScenario, type ScenarioError } from '../../src/scenario/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';

export const BASE = `title: Base
seed: 1
horizon: 30m
replications: 4
traffic:
  orders:
    rate: 200/s
    changes:
      - { at: 5m, for: 2m, rate: 2000/s }
      - { at: 10m, for: 5m, ramp: 400/s }
    arrivals: poisson
    size: 2KiB
    timeout: 3s
    retry: { attempts: 3, backoff: { base: 100ms, cap: 2s, jitter: full } }
  clicks:
    trace: { file: clicks.csv, time: at }
resources:
  db: { type: service, servers: 40, serviceTime: { lognormal: { mean: 80ms, cv: 0.5 } }, replicas: 2, zones: [a, b] }
designs:
  sync:
    traffic: { orders: api, clicks: api }
    resources:
      api:
        type: service
        servers: 200
        serviceTime: 5ms
        calls: [ { to: db, timeout: 1s, retry: none } ]
  queued:
    traffic: { orders: orders, clicks: orders }
    resources:
      orders: { type: sqs, visibilityTimeout: 30s, redrive: { maxReceiveCount: 5, deadLetterQueue: dlq } }
      dlq: { type: sqs }
      workers:
        type: consumer
        source: orders
        instances: 20
        batchSize: 10
        handler: { time: 5ms, calls: [ { to: db, timeout: 5s } ] }
faults:
  - { at: 12m, for: 3m, resource: db, slow: 5x }
  - { at: 22m, resource: workers, crash: 50% }
objectives:
  - completion.p99 of orders < 2s
  - { that: lost of orders == 0, design: queued }
`;

const FILES: Readonly<Record<string, string>> = {
  'clicks.csv': 'at,what\n0,a\n1,b\n2.5,c\n',
  'counts.csv': 'at,n\n0,3\n60,5\n',
  'times.csv': 'name,ms\na,12\nb,15.5\n',
  'bad.csv': 'at,n\n0,1\n1,x\n',
};

const readText = (path: string): string | undefined => (Object.hasOwn(FILES, path) ? FILES[path] : undefined);

export function parse(text: string, more: Partial<ParseOptions> = {}): ParseOutcome {
  return parseScenario(text, { file: 'x.yaml', name: 'x', readText, ...more });
}

export function errorsOf(text: string, more: Partial<ParseOptions> = {}): readonly ScenarioError[] {
  const outcome = parse(text, more);
  return outcome.ok ? [] : outcome.errors;
}

/** The resolved scenario; throws with its errors where there are some. */
export function resolved(text: string, more: Partial<ParseOptions> = {}): ResolvedScenario {
  const outcome = parse(text, more);
  if (!outcome.ok)
    throw new Error(outcome.errors.map((error) => `${error.line}:${error.column} ${error.message}`).join('\n'));
  return outcome.scenario;
}

/** BASE with one part of it, which must occur exactly once, written differently. */
export function changed(from: string, to: string): string {
  if (BASE.split(from).length !== 2) throw new Error(`"${from}" must occur once in the base scenario`);
  return BASE.replace(from, () => to);
}
