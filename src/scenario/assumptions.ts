/**
 * What a scenario rests on that AWS does not publish, that a default decided, or that the model simplifies: only what is active in
 * this scenario, in words, with its source. The report shows it as "what this cannot tell you".
 */
import type { CallSettings } from '../calls/settings.ts';
import { type Fact, sdkFacts, sqsFacts } from '../facts/index.ts';
import { CACHE_TIME } from '../services/compute/schema.ts';
import { SQS_LATENCY } from '../services/sqs/schema.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { DEFAULT_SIZE_BYTES } from '../workload/schema.ts';
import { type ConsumerSettings, readsQueue, type TrafficSource } from '../workload/settings.ts';
import { ofAnalytics } from './analytics-assumptions.ts';
import { ofAccess } from './access-assumptions.ts';
import { assumptionsOfFifo, quantilesText, roundTripText } from './fifo.ts';
import { valueAt } from './findings.ts';
import type { Assumption, ResolvedDesign, ResolvedScenario, ResourceSettings } from './resolved.ts';
import { assumptionsOfFunctions } from './lambda.ts';
import { ofBrokers } from './mq-assumptions.ts';
import { ofPrices } from './price-assumptions.ts';
import { ofRedrives } from './redrive-assumptions.ts';
import { ofScaling } from './scaling-assumptions.ts';
import { ofTopics } from './sns-assumptions.ts';
import { ofDeliveryStreams } from './firehose-assumptions.ts';
import { ofProducers, ofStreams } from './stream-assumptions.ts';
import { ofVideo } from './video-assumptions.ts';
import type { ReadTraffic } from './traffic.ts';
import { formatDuration } from './units.ts';

const ASSUMED = 'assumed';

/** Every assumption of the scenario; `raw` is what was written, to tell a default from a choice. */
export function assumptionsOf(scenario: ResolvedScenario, traffic: readonly ReadTraffic[], raw: unknown): Assumption[] {
  const resources = distinct(scenario);
  const queues = resources.filter((one) => one.type === 'sqs');
  const services = resources.filter((one) => one.type === 'service');
  return [
    ...traffic.flatMap((one) => ofTraffic(one, scenario, raw)),
    ...ofQueues(queues, resources),
    ...assumptionsOfFifo(queues),
    ...ofTopics(resources),
    ...ofServices(services),
    ...ofKeys(services, scenario),
    ...ofProducers(scenario.traffic),
    ...ofStreams(resources),
    ...ofDeliveryStreams(resources),
    ...ofBrokers(scenario),
    ...ofAnalytics(scenario),
    ...ofVideo(resources),
    ...ofConsumers(resources),
    ...assumptionsOfFunctions(scenario.designs),
    ...ofScaling(resources),
    ...ofCalls(scenario.designs),
    ...ofClients(resources, scenario),
    ...ofPrices(resources, scenario),
    ...ofAccess(scenario),
    ...ofRedrives(scenario.faults),
    ...ofTimes(scenario),
  ];
}

/** Resources of all designs; where several designs share one it counts once. */
function distinct(scenario: ResolvedScenario): ResourceSettings[] {
  return [...new Set(scenario.designs.flatMap((design) => design.resources))];
}

function ofTraffic({ settings, missingPeriods }: ReadTraffic, scenario: ResolvedScenario, raw: unknown): Assumption[] {
  const { name, source } = settings;
  const found: Assumption[] = [];
  const say = (text: string, from = ASSUMED): void => {
    found.push({ about: name, text, source: from });
  };
  if (source.kind === 'rate' && source.arrivals.kind === 'poisson') {
    say(
      'Requests arrive independently of each other (a Poisson process at the given rate): real users who follow one another make more bursts.',
    );
  }
  if (source.kind === 'rate' && highestRate(source) > FINEST_RATE) {
    say(
      `The mean gap between two arrivals falls under 100 µs, while instants are whole microseconds: arrivals at one instant are more frequent than they should be.`,
      'resolution of virtual time',
    );
  }
  if (source.kind === 'trace' && source.everyUs !== null) {
    const every = formatDuration(Math.round(source.everyUs));
    say(
      source.burstiness === 1
        ? `Within each counted period of ${every} requests arrive at random (index of dispersion 1, Poisson): the counts say nothing about it.`
        : `Within each counted period of ${every} the index of dispersion is ${source.burstiness}: the counts say nothing about it.`,
    );
  }
  if (missingPeriods > 0)
    say(`${missingPeriods} counted periods have no row in the recording; they are taken to be without requests.`);
  if (source.kind === 'trace' && source.scale !== 1)
    say(`The recording is multiplied by ${source.scale}: more users are taken to behave as these did.`);
  if (source.kind === 'trace' && source.speed !== 1) say(`The recording is played ${source.speed} times as fast.`);
  if (source.kind === 'trace' && scenario.study === 'steady') {
    say(
      'The recording is taken for a stretch of a load that goes on like this for ever; every replication has its arrivals.',
    );
  }
  if (source.kind === 'users') {
    say(
      'A user waits for an answer before the next request, so a slow design is offered less: the load is not the same in every design.',
      'closed workload',
    );
  }
  const written = valueAt(raw, ['traffic', name, 'size']);
  if (written === undefined && entersQueue(name, scenario))
    say(`No size is given: each message has ${DEFAULT_SIZE_BYTES} B.`);
  if (settings.batch !== null && entersService(name, scenario))
    say('A service has no batch call: there requests are sent one by one.', 'model');
  return found;
}

function entersQueue(traffic: string, scenario: ResolvedScenario): boolean {
  return (['sqs', 'kinesis', 'firehose', 'mq'] as const).some((type) => enters(traffic, scenario, type));
}

function entersService(traffic: string, scenario: ResolvedScenario): boolean {
  return enters(traffic, scenario, 'service');
}

function enters(traffic: string, scenario: ResolvedScenario, type: ResourceSettings['type']): boolean {
  return scenario.designs.some((design) =>
    design.entries.some(
      (entry) =>
        entry.traffic === traffic && design.resources.some((one) => one.name === entry.resource && one.type === type),
    ),
  );
}

function ofQueues(queues: readonly SqsSettings[], resources: readonly ResourceSettings[]): Assumption[] {
  const shortPolled = new Set(
    resources.flatMap((one) =>
      one.type === 'consumer' && readsQueue(one) && one.waitTimeUs === 0 ? [one.source] : [],
    ),
  );
  if (queues.length === 0) return [];
  const found: Assumption[] = [];
  const say = (who: readonly SqsSettings[], text: string, source: string): void => {
    if (who.length > 0) found.push({ about: namesOf(who), text, source });
  };
  const preset = (queue: SqsSettings): boolean =>
    !queue.fifo &&
    (['send', 'receive', 'delete'] as const).some((operation) => queue.latency[operation] === SQS_LATENCY[operation]);
  const { callP50Us, callP99Us, slowCallShare, slowCallP50Us, slowCallP99Us, endToEndP10Ms, endToEndP50Ms } = sqsFacts;
  const { endToEndP90Ms, endToEndP99Ms } = sqsFacts;
  say(
    queues.filter(preset),
    `Round trips where none are given: ${roundTripText(callP50Us, callP99Us, slowCallShare, slowCallP50Us, slowCallP99Us)} AWS publishes none: they are fitted so that a message reaches a waiting consumer as once measured, ${quantilesText(endToEndP10Ms, endToEndP50Ms, endToEndP90Ms, endToEndP99Ms)}.`,
    `${ASSUMED}, after ${sourceOf(sqsFacts.endToEndP50Ms)}`,
  );
  const silent = (rate: 'deleteMiss' | 'receiveMiss' | 'reorder') =>
    queues.filter((queue) => !queue.fifo && queue.distribution[rate] === 0);
  say(
    queues.filter(({ fifo, distribution }) => !fifo && distribution.deleteMiss === 0 && distribution.receiveMiss === 0),
    'SQS delivers at least once; how seldom it delivers twice AWS does not publish. Here it does so only after a visibility timeout ran out, unless a fault says otherwise (distribution.deleteMiss and receiveMiss are 0).',
    ASSUMED,
  );
  say(
    silent('reorder'),
    'Order is best effort; here messages come in the order of sending until a visibility timeout runs out (distribution.reorder is 0).',
    ASSUMED,
  );
  say(
    queues,
    `The in-flight limit of ${grouped(sqsFacts.inFlightStandard.value)} is approximate in AWS and exact here.`,
    sourceOf(sqsFacts.inFlightStandard),
  );
  say(
    queues.filter(
      ({ name, fifo, distribution }) => !fifo && distribution.sampled < distribution.servers && shortPolled.has(name),
    ),
    `A short poll asks ${queues[0]?.distribution.sampled} of ${queues[0]?.distribution.servers} servers; AWS publishes neither number. Long polls ask all.`,
    sourceOf(sqsFacts.sampledAssumed),
  );
  return found;
}

function ofServices(services: readonly Extract<ResourceSettings, { type: 'service' }>[]): Assumption[] {
  const found: Assumption[] = [];
  const flat = services.filter(
    (service) => service.slowdown === null && service.discipline !== 'processor-sharing' && service.servers !== null,
  );
  if (flat.length > 0) {
    found.push({
      about: namesOf(flat),
      text: 'It only queues: however many jobs it works on, each takes as long as alone. Real databases slow down under load (slowdown), so the truth is worse than this.',
      source: ASSUMED,
    });
  }
  const unbounded = services.filter(
    (service) => service.maxQueue === null && service.servers !== null && service.discipline !== 'processor-sharing',
  );
  if (unbounded.length > 0) {
    found.push({
      about: namesOf(unbounded),
      text: 'No maxQueue is given: any number of calls may wait.',
      source: 'default',
    });
  }
  const perfect = services.filter((service) => service.failureRate === 0);
  if (perfect.length > 0) {
    found.push({
      about: namesOf(perfect),
      text: 'It never fails by itself (failureRate 0): errors come only from faults, full queues and timeouts.',
      source: 'default',
    });
  }
  return found;
}

/** Caches and locks, which look at the key of a request. */
function ofKeys(
  services: readonly Extract<ResourceSettings, { type: 'service' }>[],
  scenario: ResolvedScenario,
): Assumption[] {
  const found: Assumption[] = [];
  const say = (who: typeof services, text: string, source: string): void => {
    if (who.length > 0) found.push({ about: namesOf(who), text, source });
  };
  const cached = services.filter(({ cache }) => cache !== null);
  say(
    cached.filter(({ cache }) => cache?.time === CACHE_TIME),
    `A lookup in its cache takes ${formatDuration(1000)}, hit or miss (no time is given).`,
    ASSUMED,
  );
  say(
    cached,
    'Its cache never fails, takes any load and is one for all replicas; when the service is down hits go on.',
    'model',
  );
  say(
    cached.filter(({ cache }) => cache?.hitRatio != null),
    'Each lookup hits by chance, whatever came before: a cold start, an expiry and a hot key do not show (ttl and capacity do that).',
    'model',
  );
  const keyless = scenario.traffic.filter(({ key }) => key === null).map(({ name }) => name);
  const looks = services.filter((one) => one.optimisticLocking || (one.cache !== null && one.cache.hitRatio === null));
  if (keyless.length > 0)
    say(looks, `Requests of ${keyless.join(', ')} bear no key: all of them ask for the same entry or row.`, 'default');
  return found;
}

function ofConsumers(resources: readonly ResourceSettings[]): Assumption[] {
  const consumers = resources.filter((one): one is ConsumerSettings => one.type === 'consumer' && readsQueue(one));
  if (consumers.length === 0) return [];
  return [
    {
      about: namesOf(consumers),
      text: `Instances poll without pause, are started when the run begins, and come back ${[...new Set(consumers.map((one) => formatDuration(one.restartDelayUs)))].join(' or ')} after a crash; a failed poll is tried again after ${[...new Set(consumers.map((one) => formatDuration(one.pollRetryUs)))].join(' or ')}.`,
      source: ASSUMED,
    },
  ];
}

function ofCalls(designs: readonly ResolvedDesign[]): Assumption[] {
  const found: Assumption[] = [];
  const say = (about: ReadonlySet<string>, text: string): void => {
    if (about.size > 0) found.push({ about: [...about].join(', '), text, source: 'default' });
  };
  const free = new Set<string>();
  const endless = new Set<string>();
  const sentTo = new Set<string>();
  const publishedTo = new Set<string>();
  for (const { resources } of designs) {
    for (const { call } of callsOf(resources)) {
      const type = resources.find(({ name }) => name === call.to)?.type;
      const isQueue = type === 'sqs' || type === 'sns';
      const isHandedOn = isQueue || type === 'mq';
      if (!isHandedOn && call.latency.kind === 'constant' && call.latency.value === 0) free.add(call.to);
      if (call.timeoutUs === null) (isQueue ? sentTo : type === 'mq' ? publishedTo : endless).add(call.to);
    }
  }
  say(free, 'Calls to it cost no network time (no latency is given).');
  say(endless, 'Callers wait for its answer for ever (no timeout is given).');
  say(
    sentTo,
    'A handler that hands its work on to it waits for its answer for ever (no timeout is given): where the request or the answer is lost, it never goes on.',
  );
  say(
    publishedTo,
    'A handler that hands its work on to it waits for its answer, and for its connection, for ever (no timeout is given).',
  );
  return found;
}

type Client = Pick<CallSettings, 'retry' | 'hedge' | 'bulkhead'>;

/** Who calls services: the call with whose it is. */
function callsOf(resources: readonly ResourceSettings[]): { readonly owner: string; readonly call: CallSettings }[] {
  return resources.flatMap((one) => {
    const calls = one.type === 'service' ? one.calls : 'handler' in one ? one.handler.calls : [];
    return calls.map((call) => ({ owner: one.name, call }));
  });
}

/** Clients of calls and traffics that slow down, hedge or bound themselves. */
function ofClients(resources: readonly ResourceSettings[], scenario: ResolvedScenario): Assumption[] {
  const callers = callsOf(resources).map(({ owner, call }) => ({
    name: owner,
    client: call as Client,
    toQueue: false,
  }));
  const senders = scenario.traffic.map((one) => ({
    name: one.name,
    client: one as Client,
    toQueue: entersQueue(one.name, scenario),
  }));
  const clients = [...callers, ...senders];
  const found: Assumption[] = [];
  const say = (chosen: typeof clients, text: string, source: string): void => {
    if (chosen.length > 0) found.push({ about: namesOf(chosen), text, source });
  };
  const adaptive = clients.filter(({ client }) => client.retry.adaptive);
  say(
    adaptive,
    'All its instances share one client-side rate limiter (sdk-adaptive): in truth each process has its own, which knows only its own sending.',
    'model',
  );
  say(
    adaptive.filter(({ toQueue }) => !toQueue),
    'Only throttling errors slow an adaptive client down, and a service gives none (a full queue is a refusal): there it acts as sdk-standard.',
    sourceOf(sdkFacts.adaptiveBeta),
  );
  say(
    clients.filter(({ client }) => client.hedge !== null),
    'A hedge has luck of its own: what made the first attempt slow does not make it slow too. Where the request itself is slow (its size, its data), hedges help less than here.',
    ASSUMED,
  );
  say(
    clients.filter(({ client }) => client.bulkhead !== null),
    'All its instances share one bulkhead: in truth each process has its own, and places in one are of no use to another.',
    'model',
  );
  return found;
}

/** Parts of the script that lie behind the end: allowed, so that a horizon can be cut short, but never silent. */
function ofTimes(scenario: ResolvedScenario): Assumption[] {
  const end = scenario.horizonUs + scenario.drainUs;
  const late = scenario.faults.filter((fault) => fault.atUs >= end).length;
  const found: Assumption[] = [];
  if (late > 0)
    found.push({
      about: 'faults',
      text: `${late} of ${scenario.faults.length} begin after the end of the run and never happen.`,
      source: 'scenario',
    });
  for (const { name, source } of scenario.traffic) {
    if (source.kind === 'rate') {
      const never = source.changes.filter((change) => change.atUs >= scenario.horizonUs).length;
      if (never > 0)
        found.push({
          about: name,
          text: `${never} of ${source.changes.length} changes of rate lie after the horizon and never happen.`,
          source: 'scenario',
        });
    } else if (source.kind === 'trace' && source.recording.lengthUs > scenario.horizonUs) {
      found.push({
        about: name,
        text: `The recording is longer than the horizon: only its first ${formatDuration(scenario.horizonUs)} are used.`,
        source: 'scenario',
      });
    }
  }
  return found;
}

function namesOf(resources: readonly { readonly name: string }[]): string {
  return [...new Set(resources.map((one) => one.name))].join(', ');
}

function sourceOf(fact: Fact): string {
  return fact.status === 'assumed' ? ASSUMED : `${fact.source} (${fact.date})`;
}

/** 120,000 rather than 120000, the same on every machine. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Requests per second from which a mean gap is under 100 µs. */
const FINEST_RATE = 10_000;

function highestRate({ base, changes }: Extract<TrafficSource, { kind: 'rate' }>): number {
  const usual = base.kind === 'constant' ? base.perSecond : base.highPerSecond;
  return Math.max(usual, ...changes.map((change) => (change.kind === 'burst' ? 0 : change.perSecond)));
}
