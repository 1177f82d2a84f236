/** Runs one design for one replication after another. Pure: the same scenario, design and index give the same outcome, wherever it runs. */
import { Judge, type Judgement, registry } from '../guarantees/index.ts';
import type { HistorySink, MetricData, TrafficOutcome } from '../history/index.ts';
import type { ResolvedScenario } from '../scenario/resolved.ts';
import type { ApiLog } from '../access/index.ts';
import { ExperimentError } from './errors.ts';
import type { SubscriptionOutcome } from './topics.ts';
import { finishHistory } from './final-read.ts';
import { promisesOf } from './promises.ts';
import { World } from './world.ts';
import type { HandlerCode } from '../workload/handler-code.ts';

export interface ReplicationOutcome {
  readonly design: string;
  readonly replication: number;
  readonly events: number;
  readonly fingerprint: string;
  /** When the run ended, drain included; microseconds. */
  readonly endUs: number;
  readonly traffic: readonly { readonly name: string; readonly outcome: TrafficOutcome }[];
  readonly resources: readonly {
    readonly name: string;
    readonly type: string;
    readonly metrics: readonly MetricData[];
  }[];
  /** Of all topics; there only where a design has one. */
  readonly subscriptions?: readonly SubscriptionOutcome[];
  /** Left out where the run was not judged. */
  readonly judgement?: Judgement;
}

export interface RunOptions {
  /** Events per replication after which the run is given up; default 2·10⁹. */
  readonly maxEvents?: number;
  /** Events at one instant after which the run is given up: a loop that takes no time; default 5·10⁷. */
  readonly maxEventsAtOnce?: number;
  /** Called as virtual time goes on: share of this replication's horizon and drain that has passed, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Notes every call to a managed service; of one replication. Default: none is kept. */
  readonly log?: ApiLog;
  /** Whether guarantees are judged; default: in as many replications as the scenario says. */
  readonly judge?: boolean;
  /** Takes the history of one replication; default: nobody does. */
  readonly history?: HistorySink;
  /**
   * Code in the place of simulated handlers, by the name of the consumer or function; those that the design lacks are left out. For one
   * replication: whatever state the code keeps is its own.
   */
  readonly handlers?: ReadonlyMap<string, HandlerCode>;
}

const MAX_EVENTS = 2e9;
const MAX_EVENTS_AT_ONCE = 5e7;
/** Steps of virtual time between two reports of progress. */
const PROGRESS_STEPS = 20;

/** Replications `from` to `to` (exclusive) of one design. Throws `ExperimentError` where a run must not be believed. */
export function runReplications(
  scenario: ResolvedScenario,
  design: string,
  from: number,
  to: number,
  options: RunOptions = {},
): ReplicationOutcome[] {
  const outcomes: ReplicationOutcome[] = [];
  for (let replication = from; replication < to; replication++) {
    outcomes.push(runReplication(scenario, design, replication, options));
  }
  return outcomes;
}

export function runReplication(
  scenario: ResolvedScenario,
  design: string,
  replication: number,
  options: RunOptions = {},
): ReplicationOutcome {
  const wanted = scenario.designs.find(({ name }) => name === design);
  if (wanted === undefined) throw new ExperimentError('unknown-design', `no design ${design} in ${scenario.name}`);
  const { maxEvents = MAX_EVENTS, log = null } = options;
  const isJudged = options.judge ?? replication < scenario.judged;
  const judge = isJudged ? new Judge(promisesOf(scenario, wanted), registry) : null;
  const sinks = [judge, options.history].filter((sink) => sink != null);
  const world = new World(scenario, wanted, replication, maxEvents, log, sinks, options.handlers);
  world.start();
  const endUs = play(world, scenario, design, replication, options);
  const quiesced = world.requests.inSystem === 0;
  world.requests.settleRest();
  const { resolutionUs } = scenario;
  const padded = Math.max(1, Math.ceil(endUs / resolutionUs)) * resolutionUs;
  // One bucket more for metrics: in it nothing changes, so that its value is what the run left behind.
  const after = padded + resolutionUs;
  const traffic = world.accounts.map(({ name, account }) => ({ name, outcome: account.finish(padded) }));
  for (const { name, outcome } of traffic) assertConserved(scenario, design, replication, name, outcome);
  const outcome: ReplicationOutcome = {
    design,
    replication,
    events: world.sim.events,
    fingerprint: world.sim.fingerprint(),
    endUs,
    traffic,
    resources: world.recorders.map(({ name, type, recorder }) => ({ name, type, metrics: recorder.finish(after) })),
    ...world.subscriptions(),
  };
  if (world.history !== null) {
    finishHistory(world, world.history, outcome.resources, { quiesced, endUs, afterUs: after, resolutionUs });
  }
  return judge === null ? outcome : { ...outcome, judgement: judge.finish() };
}

/** Traffic until the horizon, then the drain, which ends early when nothing is left in the system. Returns when it ended. */
function play(
  world: World,
  scenario: ResolvedScenario,
  design: string,
  replication: number,
  options: RunOptions,
): number {
  const { horizonUs, drainUs } = scenario;
  const end = horizonUs + drainUs;
  const chunk = options.maxEventsAtOnce ?? MAX_EVENTS_AT_ONCE;
  const giveUp = (what: string, expected: string): never => {
    const run = `${scenario.name}, design ${design}, replication ${replication}, seed ${scenario.seed}`;
    throw new ExperimentError('event-limit', `${run}: ${what}; expected ${expected}`);
  };
  const step = (until: number): boolean => {
    for (;;) {
      const { sim } = world;
      const before = sim.now;
      const { reason, events } = sim.run({ until, maxEvents: chunk });
      if (reason !== 'limit') {
        options.onProgress?.(end === 0 ? 1 : sim.now / end);
        return reason === 'stopped';
      }
      if (events < chunk) {
        giveUp(
          `more than ${sim.events} events by ${sim.now / 1e6} s of virtual time`,
          'fewer: shorten the horizon or lower the traffic',
        );
      }
      if (sim.now === before) {
        giveUp(
          `more than ${chunk} events at ${sim.now / 1e6} s, where virtual time stands still`,
          'no loop that takes no time: give the think time, the service, the latency or the backoff in it a duration',
        );
      }
    }
  };
  for (let i = 1; i <= PROGRESS_STEPS; i++) step(Math.floor((horizonUs * i) / PROGRESS_STEPS));
  world.draining = true;
  if (world.isDone) return horizonUs;
  for (let i = 1; i <= PROGRESS_STEPS; i++) {
    if (step(horizonUs + Math.floor((drainUs * i) / PROGRESS_STEPS))) break;
  }
  return world.sim.now;
}

/** Every request ends in exactly one way, as work and as an answer: else the run is wrong and must not be shown. */
function assertConserved(
  scenario: ResolvedScenario,
  design: string,
  replication: number,
  traffic: string,
  outcome: TrafficOutcome,
): void {
  const fates =
    outcome.completed + outcome.rejected + outcome.lost + outcome.deadLettered + outcome.expired + outcome.inSystem;
  const told = outcome.ok + outcome.refused + outcome.timedOut + outcome.waiting;
  if (fates === outcome.offered && told === outcome.offered && outcome.waiting >= 0) return;
  throw new ExperimentError(
    'broken-conservation',
    `${scenario.name}, design ${design}, replication ${replication}, seed ${scenario.seed}: ${outcome.offered} requests of ` +
      `${traffic} were offered but ${fates} fates and ${told} answers were counted: a fault of the simulator`,
  );
}
