/** What Lambda functions ask of the queues and the functions beside them, and what they rest on. */
import { lambdaFacts, mqFacts } from '../facts/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { LAMBDA_COLD_START } from '../services/lambda/schema.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { Finding, Path } from './document.ts';
import type { Names } from './names.ts';
import type { Assumption, AwsSettings, ResolvedDesign, ResourceSettings } from './resolved.ts';
import { formatDuration } from './units.ts';

const f = lambdaFacts;

/** Concurrency of an account in a Region where nothing is said. */
export const LAMBDA_CONCURRENCY: number = f.accountConcurrency.value;

/** Concurrency of each account and Region; empty where no design has a function. */
export function lambdaConcurrencyOf(
  written: number | null,
  designs: readonly ResolvedDesign[],
): { readonly lambdaConcurrency?: number } {
  const some = designs.some(({ resources }) => functionsOf(resources).length > 0);
  return some || written !== null ? { lambdaConcurrency: written ?? LAMBDA_CONCURRENCY } : {};
}

/** The account and Region whose concurrency a function shares: the account of its role, the Region of the queue that it polls. */
export function placeOfFunction(
  { role, source }: LambdaSettings,
  resources: readonly ResourceSettings[],
  aws: AwsSettings | undefined,
): string {
  const { account, region } = aws ?? WHEREABOUTS;
  return `${role?.account ?? account}/${queueOf(source, resources)?.access?.region ?? region}`;
}

/** AWS refuses a mapping that does not fit its queue, and reservations that leave the other functions too little. */
export function checkFunctions(
  designs: readonly ResolvedDesign[],
  names: Names,
  aws: AwsSettings | undefined,
  concurrency: number,
  findings: Finding[],
): void {
  for (const { name, resources } of designs) {
    const isFifo = (queue: string | null): boolean => queueOf(queue, resources)?.fifo === true;
    const pathOf = (one: LambdaSettings): Path =>
      names.designs.find((design) => design.name === name)?.resources.find((other) => other.name === one.name)?.path ??
      [];
    const kept = new Map<string, number>();
    for (const one of functionsOf(resources)) {
      const queue = queueOf(one.source, resources);
      if (queue !== undefined) checkMapping(one, queue, pathOf(one), findings);
      if (isFifo(one.stream?.onFailure ?? null)) {
        const expected = 'a standard queue: Lambda tells no FIFO queue what it left out';
        findings.push({ code: 'wrong-reference', path: [...pathOf(one), 'onFailure'], expected });
      }
      const place = placeOfFunction(one, resources, aws);
      const sum = (kept.get(place) ?? 0) + (one.reservedConcurrency ?? 0);
      kept.set(place, sum);
      const most = concurrency - f.unreservedConcurrencyMin.value;
      if (one.reservedConcurrency === null || one.reservedConcurrency === 0 || sum <= most) continue;
      const expected = `reservations of at most ${Math.max(0, most)} in all: Lambda keeps ${f.unreservedConcurrencyMin.value} of the account’s ${concurrency} for functions that reserve none (aws.lambdaConcurrency)`;
      findings.push({ code: 'out-of-range', path: [...pathOf(one), 'reservedConcurrency'], expected });
    }
  }
}

function checkMapping(one: LambdaSettings, queue: SqsSettings, path: Path, findings: Finding[]): void {
  const most = f.batchSizeWithoutWindow.value;
  if (!queue.fifo && one.batchSize > most && one.batchWindowUs === 0) {
    const expected = `a batchWindow of at least 1s beside a batch of more than ${most} (limits of Lambda)`;
    findings.push({ code: 'misfit', path: [...path, 'batchSize'], expected });
  }
  if (queue.fifo && one.batchSize > f.batchSizeMaxFifo.value) {
    const expected = `a batch of at most ${f.batchSizeMaxFifo.value} from the FIFO queue ${queue.name} (limits of Lambda)`;
    findings.push({ code: 'out-of-range', path: [...path, 'batchSize'], expected });
  }
  if (queue.fifo && one.batchWindowUs > 0) {
    const expected = `no batchWindow: ${queue.name} is a FIFO queue (limits of Lambda)`;
    findings.push({ code: 'misfit', path: [...path, 'batchWindow'], expected });
  }
  if (queue.visibilityTimeoutUs < one.timeoutUs) {
    const expected = `a function timeout of at most the ${formatDuration(queue.visibilityTimeoutUs)} for which ${queue.name} hides a message: Lambda refuses the mapping otherwise`;
    findings.push({ code: 'out-of-range', path: [...path, 'timeout'], expected, value: formatDuration(one.timeoutUs) });
  }
}

function functionsOf(resources: readonly ResourceSettings[]): LambdaSettings[] {
  return resources.filter((one) => one.type === 'lambda');
}

function queueOf(source: string | null, resources: readonly ResourceSettings[]): SqsSettings | undefined {
  return resources.find((one): one is SqsSettings => one.type === 'sqs' && one.name === source);
}

/** What functions rest on that AWS does not publish, and what of their settings AWS advises against. */
export function assumptionsOfFunctions(designs: readonly ResolvedDesign[]): Assumption[] {
  const found: Assumption[] = [];
  const functions = [...new Set(designs.flatMap(({ resources }) => functionsOf(resources)))];
  const say = (who: readonly LambdaSettings[], text: string, source = 'assumed'): void => {
    if (who.length > 0) found.push({ about: who.map(({ name }) => name).join(', '), text, source });
  };
  const mapped = functions.filter(
    ({ source, stream, broker }) => source !== null && stream === undefined && broker === undefined,
  );
  say(
    functions.filter(({ coldStart }) => coldStart === LAMBDA_COLD_START),
    `A new environment takes ${f.coldStartP50Us.value / 1000} ms to start in the median and ${f.coldStartP99Us.value / 1000} ms at the 99th percentile (lognormal, no coldStart is given); it depends on runtime and package, and AWS publishes none.`,
  );
  say(
    functions.filter(({ keepWarmUs }) => keepWarmUs === f.keepWarmUs.value),
    `An environment without work is kept for ${formatDuration(f.keepWarmUs.value)}; AWS publishes none.`,
  );
  say(
    functions,
    'A handler works on the messages of a batch one after the other; its memory makes it no faster, it only costs more.',
    'model',
  );
  say(
    mapped,
    `A batch that was throttled is offered to the function again after ${formatDuration(f.throttleRetryUs.value)}, and each time after twice as long, until its visibility timeout is over; while more invocations fail than go well, the mapping works on one batch fewer at each step, down to the number it began with. AWS says that it does both, and gives no numbers.`,
  );
  sayOfBrokers(designs, functions, say);
  for (const { resources } of designs) {
    for (const one of functionsOf(resources)) {
      const queue = queueOf(one.source, resources);
      if (queue !== undefined && !found.some(({ about, text }) => about === one.name && text.includes(ADVISED)))
        warnOf(one, queue, found);
    }
  }
  return found;
}

type Say = (who: readonly LambdaSettings[], text: string, source?: string) => void;

/** Of mappings of brokers AWS says less: how many invocations at once, and what a client of ActiveMQ does after an error. */
function sayOfBrokers(designs: readonly ResolvedDesign[], functions: readonly LambdaSettings[], say: Say): void {
  const readers = functions.filter(({ broker }) => broker !== undefined);
  const reads = (engine: MqSettings['engine']) => (one: LambdaSettings) =>
    designs.some(
      ({ resources }) =>
        resources.includes(one) &&
        resources.some((other) => other.type === 'mq' && other.name === one.source && other.engine === engine),
    );
  const active = readers.filter(reads('activemq'));
  say(
    readers,
    `A consumer of its mapping works on one batch at a time; the window of the next begins with its first message, or when the batch before is done. A batch that was throttled is kept and offered again after ${formatDuration(f.throttleRetryUs.value)}, each time after twice as long.`,
  );
  say(
    active,
    `Its mapping begins with one consumer and adds one each ${formatDuration(mqFacts.lambdaConsumerStepUs.value)} while most batches are full, up to ${mqFacts.lambdaConsumersActivemq.value}, and takes them away as slowly; AWS names only the most.`,
  );
  say(
    active,
    `A batch on which it failed is delivered again as a whole by the mapping's client after ${formatDuration(mqFacts.redeliveryInitialMs.value * 1000)}, ${mqFacts.redeliveriesMax.value} times at most; then all of it goes to the dead letters.`,
    'Lambda Developer Guide: Amazon MQ',
  );
  say(
    readers.filter(reads('rabbitmq')),
    `A batch on which it failed goes back to its queue as a whole after ${formatDuration(mqFacts.lambdaRequeueUs.value)}; a queue without a limit of deliveries gives a message on which it always fails again and again. AWS says only that messages come at least once.`,
  );
}

const ADVISED = 'AWS advises';

/** Settings that AWS takes and advises against. */
function warnOf(one: LambdaSettings, queue: SqsSettings, found: Assumption[]): void {
  const warn = (text: string): void => {
    found.push({ about: one.name, text, source: 'Lambda Developer Guide' });
  };
  const advised = f.visibilityTimeouts.value * one.timeoutUs + one.batchWindowUs;
  if (queue.visibilityTimeoutUs < advised) {
    warn(
      `${queue.name} hides a message for ${formatDuration(queue.visibilityTimeoutUs)}; ${ADVISED} at least ${formatDuration(advised)} (six function timeouts and the batch window), so that a batch that is throttled or slow does not come back while it is worked on.`,
    );
  }
  if (queue.redrive !== null && queue.redrive.maxReceiveCount < f.receiveCountLeast.value) {
    warn(
      `${queue.name} moves a message after ${queue.redrive.maxReceiveCount} receives; ${ADVISED} at least ${f.receiveCountLeast.value}, since a throttled batch counts as received.`,
    );
  }
}
