import { runReplication } from '../../experiment/index.ts';
import { type HistorySink, LifeSink, type Selector, SELECTORS, SelectingSink } from '../../history/index.ts';
import { type LifeContext, lifeOf, lifeText } from '../../report/index.ts';
import type { ResolvedScenario } from '../../scenario/index.ts';
import { ordinalOf } from '../../workload/index.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import { startProgress } from '../progress.ts';
import { type Changes, chosenDesign, readScenario } from '../scenarios.ts';
import { type Stage, stageOf } from '../stage.ts';
import type { Terminal } from '../terminal.ts';

export interface TraceOptions {
  readonly scenario: string;
  readonly changes: Changes;
  /** undefined: the only one. */
  readonly design: string | undefined;
  /** undefined: the first. */
  readonly replication: string | undefined;
  /** A number, `orders/12`, or one of the selectors. */
  readonly message: string;
  readonly json: boolean;
}

/** Numbers that each traffic has for its requests: the second one's begin there. */
const OF_TRAFFIC = ordinalOf(1, 0);
const MESSAGE_FORM = /^(?:(.+)\/)?(\d{1,12})$/;

/** Runs one replication and tells what a history says of one request of it. */
export async function trace(options: TraceOptions, terminal: Terminal): Promise<ExitCode> {
  const reading = readScenario(options.scenario, options.changes);
  if (!reading.ok) {
    terminal.err(reading.text);
    return EXIT.badInput;
  }
  const { scenario } = reading;
  const design = chosenDesign(reading, options.design);
  const replication = replicationOf(scenario, options.replication);
  const wanted = wantedOf(scenario, options.message);
  const stage = stageOf(scenario, design);
  const progress = await startProgress(terminal, scenario.name);
  const play = (history: HistorySink, from: number): void => {
    const share = typeof wanted === 'number' ? 1 : 0.5;
    runReplication(scenario, design, replication, {
      judge: false,
      history,
      onProgress: (done) => progress.update(from + done * share),
    });
  };
  const life = await Promise.resolve()
    .then(() => {
      const request = typeof wanted === 'number' ? wanted : select(wanted, stage, (sink) => play(sink, 0));
      const sink = new LifeSink(request, OF_TRAFFIC);
      play(sink, typeof wanted === 'number' ? 0 : 0.5);
      return { request, sink };
    })
    .finally(progress.stop);
  const { request, sink } = life;
  const ofTraffic = Math.floor(request / OF_TRAFFIC);
  const order = request % OF_TRAFFIC;
  const traffic = scenario.traffic[ofTraffic]?.name;
  if (!sink.records.some(({ entity }) => entity !== undefined)) {
    throw new UserError('no-request', unknownRequest(options.message, scenario, sink));
  }
  if (options.json) {
    const about = { scenario: scenario.name, design, replication, seed: scenario.seed, traffic, request, order };
    terminal.out(JSON.stringify({ ...about, records: sink.records }));
    return EXIT.fine;
  }
  const which = typeof wanted === 'number' ? '' : `, ${SELECTED[wanted]}`;
  const number = request === order ? '' : ` (number ${request} of the history)`;
  const where = `${scenario.name}, design ${design}, replication ${replication}, seed ${scenario.seed}`;
  const text = lifeText(lifeOf(sink.records, wordsOf(stage)));
  const rest = sink.dropped > 0 ? `\n\n${sink.dropped} more records are left out.` : '';
  terminal.out(`Request ${order} of ${traffic}${number}${which}\n${where}\n\n${text}${rest}`);
  return EXIT.fine;
}

const SELECTED: Readonly<Record<Selector, string>> = {
  slowest: 'which took longest to be done',
  redelivered: 'the first that was received again',
  'dead-lettered': 'the first in a dead-letter queue',
  'lost-reply': 'the first of which an answer did not come',
  failed: 'the first on which somebody failed',
};

function replicationOf({ replications, precision }: ResolvedScenario, wanted = '0'): number {
  const last = Math.max(replications, precision?.most ?? 0) - 1;
  const value = /^\d{1,9}$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (value <= last) return value;
  const expected = last === 0 ? 'expected 0, the only one' : `expected a whole number from 0 to ${last}`;
  throw new UserError('bad-option', `--replication ${wanted} → ${expected}`);
}

/** The number of a request, as the history has it, or how it is to be found. */
function wantedOf({ traffic }: ResolvedScenario, message: string): number | Selector {
  const selector = SELECTORS.find((one) => one === message);
  if (selector !== undefined) return selector;
  const [whole, name, digits] = MESSAGE_FORM.exec(message) ?? [];
  const names = traffic.map((one) => one.name);
  const example = `a number, as in ${names[0] ?? 'orders'}/12 or 12, or one of ${SELECTORS.join(', ')}`;
  if (whole === undefined) throw new UserError('bad-option', `--message ${message} → expected ${example}`);
  if (name === undefined) return Number(digits);
  const place = names.indexOf(name);
  if (place >= 0 && Number(digits) < OF_TRAFFIC) return ordinalOf(place, Number(digits));
  throw new UserError(
    'bad-option',
    `--message ${message} → no traffic ${name}; expected one of ${names.join(', ')} before the number`,
  );
}

function select(selector: Selector, { deadLetterQueues }: Stage, play: (sink: HistorySink) => void): number {
  const sink = new SelectingSink(selector, deadLetterQueues);
  play(sink);
  if (sink.found !== undefined) return sink.found;
  throw new UserError('no-request', `--message ${selector} → there was none in this replication`);
}

function unknownRequest(message: string, { traffic }: ResolvedScenario, sink: LifeSink): string {
  const known = traffic.map(({ name }, place) => {
    const requests = sink.requestsOf(place);
    return requests === 0 ? `none of ${name}` : `${name}/0 to ${name}/${requests - 1}`;
  });
  return `--message ${message} → there is no such request; this replication has ${known.join(', ')}`;
}

/** Names with what they are: a traffic, its queue and its topic may share one. */
function wordsOf(stage: Stage): LifeContext {
  const types = new Map(stage.resources.map(({ name, type }) => [name, WORDS[type] ?? '']));
  const on = (name: string): string => `${types.get(name) ?? ''}${name}`;
  const traffic = new Set(stage.traffic);
  return {
    on,
    client: ({ client = '', subscription, do: what }) =>
      traffic.has(client) && subscription === undefined && ['request', 'send', 'publish'].includes(what)
        ? `traffic ${client}`
        : on(client),
    subscription: stage.subscription,
    // A stream hides nothing.
    visibilityUs: (queue) => (types.get(queue) === STREAM ? undefined : stage.visibilityUs(queue)),
    maxReceives: (queue) => stage.deadLetters(queue)?.maxReceiveCount,
    behind: stage.behind,
  };
}

/** Consumers and functions are known by what they do. */
const STREAM = 'stream ';
const WORDS: Readonly<Record<string, string>> = {
  kinesis: STREAM,
  sqs: 'queue ',
  sns: 'topic ',
  service: 'service ',
  sink: '',
};
