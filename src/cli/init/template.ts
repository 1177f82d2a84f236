/** A scenario with comments, sized so that its usual load fits and its spike does not. */
import type { Plan } from './answers.ts';

/** Share of the database that the usual load takes. */
const LOAD = 0.6;
/** What a worker spends on a message beside its work: about a receive and a delete at the presets of SQS. */
const QUEUE_SECONDS = 0.03;
/** Requests that make a horizon long enough to say something; more only take time. */
const ENOUGH = 30_000;

interface Times {
  readonly seconds: number;
  readonly horizon: string;
  readonly at: string;
  readonly lasts: string;
}

/** The spike begins after a third and lasts a fifteenth. */
const TIMES: readonly Times[] = [
  { seconds: 60, horizon: '1m', at: '20s', lasts: '4s' },
  { seconds: 300, horizon: '5m', at: '100s', lasts: '20s' },
  { seconds: 900, horizon: '15m', at: '5m', lasts: '1m' },
  { seconds: 3600, horizon: '1h', at: '20m', lasts: '4m' },
  { seconds: 21_600, horizon: '6h', at: '2h', lasts: '24m' },
  { seconds: 86_400, horizon: '24h', at: '8h', lasts: '96m' },
];

interface Sizes {
  readonly servers: number;
  readonly places: number;
  readonly threads: number;
  readonly workers: number;
  /** Seconds. */
  readonly patience: number;
  readonly visibility: number;
}

function sizesOf({ perSecond, workSeconds }: Plan): Sizes {
  const servers = Math.max(1, Math.ceil((perSecond * workSeconds) / LOAD));
  const workers = Math.max(1, Math.ceil((perSecond * (workSeconds + QUEUE_SECONDS)) / LOAD));
  return {
    servers,
    // Whatever the workers have in hand fits in.
    places: Math.max(20, 5 * servers, workers),
    threads: Math.max(50, 4 * servers),
    workers,
    patience: Math.max(5, Math.ceil(10 * workSeconds)),
    // Ten messages, one after the other, with room for a slow day.
    visibility: Math.min(43_200, Math.max(30, Math.ceil(60 * workSeconds))),
  };
}

/** The text of the scenario. `schema`: where an editor finds the JSON Schema; null: nowhere near. */
export function scenarioText(plan: Plan, schema: string | null): string {
  const { answers, perSecond, peakPerSecond, designs } = plan;
  const times = TIMES.find(({ seconds }) => perSecond * seconds >= ENOUGH) ?? TIMES.at(-1);
  if (times === undefined) throw new Error('init: no horizons to choose from');
  const sizes = sizesOf(plan);
  const spike =
    peakPerSecond === null
      ? '    # changes: [{ at: 5m, for: 1m, rate: … }] would be a spike\n'
      : `    changes:
      - { at: ${times.at}, for: ${times.lasts}, rate: ${answers.spike} } # the spike; then all is as before\n`;
  const question =
    designs.length > 1
      ? 'Which design bears the load, the synchronous one or the queued one?'
      : `Does the ${designs[0] === 'queued' ? 'queued' : 'synchronous'} design bear the load?`;
  return `${schemaLine(schema)}# Written by spillway init. Change what is not so with you, then: spillway run ${answers.name}.yaml
title: ${answers.name}
description: ${question}
seed: 1 # all chance comes from it: the same seed, the same run
horizon: ${times.horizon} # traffic stops here; then the system drains
replications: 5 # runs with numbers of their own, for the confidence intervals; 10 are better

traffic: # the load from outside: the same requests in every design
  requests:
    rate: ${answers.traffic} # Poisson arrivals, unless \`arrivals\` says otherwise
${spike}    timeout: ${sizes.patience}s # whoever waits longer is gone
    # retry: { attempts: 3, backoff: { base: 200ms, cap: 5s, jitter: full } } # … or tries again

resources: # those of every design
  db: # ${sizes.servers} at a time, ${answers.work} each: the usual load takes about ${loadPercent(plan, sizes)} % of it
    type: service
    servers: ${sizes.servers}
    serviceTime: { exponential: { mean: ${answers.work} } }
    maxQueue: ${sizes.places}
    # slowdown: { usl: { sigma: 0.01, kappa: 0.0002 } } # a database that gets slower under load

designs:
${designs.map((name) => (name === 'sync' ? syncText(sizes) : queuedText(sizes))).join('\n')}
# What goes wrong, by script, in every design:
# faults:
#   - { at: ${times.at}, for: ${times.lasts}, resource: db, slow: 4x }

objectives: # judged in every design, unless they name one; \`expect: missed\` says that you know
${objectives(plan, sizes).join('\n')}
`;
}

function schemaLine(schema: string | null): string {
  return schema === null ? '' : `# yaml-language-server: $schema=${schema}\n`;
}

function loadPercent({ perSecond, workSeconds }: Plan, { servers }: Sizes): number {
  return Math.round((100 * perSecond * workSeconds) / servers);
}

function syncText({ threads, patience }: Sizes): string {
  return `  sync: # who asks waits for the database
    traffic: { requests: api }
    resources:
      api:
        type: service
        servers: ${threads} # threads; each waits for the database
        serviceTime: 1ms
        maxQueue: ${threads}
        calls:
          - { to: db, timeout: ${patience}s }
`;
}

function queuedText({ workers, visibility, patience }: Sizes): string {
  return `  queued: # who asks waits for the queue only; workers feed the database
    traffic: { requests: requests }
    resources:
      requests:
        type: sqs
        visibilityTimeout: ${visibility}s # longer than a batch of ten takes
        redrive: { maxReceiveCount: 5, deadLetterQueue: failed }
      failed: { type: sqs, messageRetentionPeriod: 14d }
      workers:
        type: consumer
        source: requests
        instances: ${workers} # enough for the usual load; what is more waits in the queue
        handler:
          time: 0ms
          calls:
            - { to: db, timeout: ${patience * 2}s }
`;
}

/** Objectives that come out as they say: a first run should end well, and show what an expectation is. */
function objectives(plan: Plan, sizes: Sizes): string[] {
  const lines = ['  - lost of requests == 0'];
  if (plan.designs.includes('queued')) lines.push('  - { that: response.p99 of requests < 1s, design: queued }');
  if (!plan.designs.includes('sync')) return lines;
  const refused = refusedShare(plan, sizes);
  // What is refused between the two may come out either way.
  if (refused < 0.002) lines.push('  - { that: rejected.share of requests < 1%, design: sync }');
  else if (refused > 0.02) {
    lines.push(
      '  # The spike is more than the database takes, and a synchronous design has nowhere to put it.',
      '  - { that: rejected.share of requests < 1%, design: sync, expect: missed }',
    );
  } else lines.push('  # - { that: rejected.share of requests < 1%, design: sync }');
  return lines;
}

/** Share of all requests that the synchronous design must refuse, as if they came evenly. */
function refusedShare({ perSecond, peakPerSecond, workSeconds }: Plan, { servers }: Sizes): number {
  if (peakPerSecond === null) return 0;
  const over = Math.max(0, peakPerSecond - servers / workSeconds);
  return over / (14 * perSecond + peakPerSecond);
}
