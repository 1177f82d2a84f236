/**
 * The life of one request, as lines: its own records, then those of its deliveries, by subscription; and what became of it.
 *
 *     0.594324 s            traffic orders was told that queue orders has taken it, as message 12
 *     0.602247 s  +7.92 ms  workers #3 received it from queue orders (1st time), hidden for 30 s until 30.594324 s
 */
import { duration, list, plural } from './format.ts';
import { type HistoryRecord, type RecordContext, recordWords } from './record-words.ts';

export interface LifeContext extends Omit<RecordContext, 'thing'> {
  /** What somebody calls in turn, and what that calls; faults elsewhere are not told. Default: faults of all are told. */
  readonly behind?: (name: string) => readonly string[];
}

export interface LifePart {
  /** What the lines are about; empty: the request itself. */
  readonly title: string;
  readonly lines: readonly LifeLine[];
  /** What became of it, in a sentence. */
  readonly end: string;
}

interface LifeLine {
  readonly at: string;
  /** Since the line before; empty for the first. */
  readonly since: string;
  readonly text: string;
}

/** `records`: of one request in the order of the history, and of faults; of these the ones that fall into its life are told. */
export function lifeOf(records: readonly HistoryRecord[], context: LifeContext = {}): LifePart[] {
  const its = records.filter(({ do: what }) => what !== 'fault');
  const faults = records.filter(({ do: what }) => what === 'fault');
  const places = [
    ...new Set(its.flatMap(({ on, subscription, do: what }) => (what === 'owed' ? [`${subscription}/${on}`] : []))),
  ];
  const own = its.filter(({ subscription }) => subscription === undefined);
  const seen = new Set(its.flatMap(({ subscription }) => (subscription === undefined ? [] : [subscription])));
  // Of a stream nobody tells what it owes; who has read it is known.
  const parts = own.length === 0 ? [] : [partOf('', own, faults, context, Math.max(places.length, seen.size))];
  for (const place of [...seen].sort((a, b) => a - b)) {
    const delivery = its.filter(({ subscription }) => subscription === place);
    const topic = delivery.find(({ do: what }) => what === 'owed')?.on;
    const reader = topic === undefined ? delivery.find(({ do: what }) => what === 'receive')?.client : undefined;
    const name = reader ?? context.subscription?.(topic ?? '', place) ?? `subscription ${place}`;
    parts.push(partOf(`Its delivery to ${name}`, delivery, faults, context, 0));
  }
  return parts;
}

/** The parts as text, aligned. */
export function lifeText(parts: readonly LifePart[]): string {
  const lines = parts.flatMap((part) => part.lines);
  const widest = (of: (line: LifeLine) => string): number => Math.max(0, ...lines.map((line) => of(line).length));
  const [at, since] = [widest((line) => line.at), widest((line) => line.since)];
  return parts
    .map((part) =>
      [
        ...(part.title === '' ? [] : [part.title]),
        ...part.lines.map((line) => `  ${line.at.padStart(at)}  ${line.since.padStart(since)}  ${line.text}`),
        `  → ${part.end}`,
      ].join('\n'),
    )
    .join('\n\n');
}

function partOf(
  title: string,
  records: readonly HistoryRecord[],
  faults: readonly HistoryRecord[],
  context: LifeContext,
  deliveries: number,
): LifePart {
  const told = [...records, ...faultsDuring(records, faults, context)].sort(byInstant);
  const lines = told.map((record, i): LifeLine => {
    const beforeUs = told[i - 1]?.us ?? record.us;
    const since = record.us === beforeUs ? '' : `+${duration((record.us - beforeUs) / 1000)}`;
    return {
      at: `${(record.us / 1e6).toFixed(6)} s`,
      since,
      text: recordWords(record, { ...context, thing: () => 'it' }),
    };
  });
  return { title, lines, end: endOf(records, context, deliveries) };
}

function faultsDuring(
  records: readonly HistoryRecord[],
  faults: readonly HistoryRecord[],
  { behind }: LifeContext,
): HistoryRecord[] {
  const fromUs = records[0]?.us ?? 0;
  const toUs = records.findLast(({ do: what }) => what !== 'left')?.us ?? fromUs;
  const here = new Set(records.flatMap(({ client = '', on = '' }) => [client, on]));
  const touched = new Set([...here].flatMap((name) => [name, ...(behind?.(name) ?? [])]));
  // The name of a link is `workers->orders`.
  const matters = ({ on = '' }: HistoryRecord): boolean =>
    behind === undefined || on.split('->').some((name) => touched.has(name));
  return faults.filter((fault) => fault.us >= fromUs && fault.us <= toUs && matters(fault));
}

/** A fault before what it does at the same instant. */
function byInstant(a: HistoryRecord, b: HistoryRecord): number {
  return a.us - b.us || Number(b.do === 'fault') - Number(a.do === 'fault') || a.n - b.n;
}

/** From the strongest sign to the weakest: effects, what is left, answers. */
function endOf(records: readonly HistoryRecord[], context: LifeContext, deliveries: number): string {
  const on = context.on ?? ((name: string): string => name);
  const those = (what: HistoryRecord['do'], is: HistoryRecord['is']): HistoryRecord[] =>
    records.filter((record) => record.do === what && record.is === is);
  const firstUs = records[0]?.us ?? 0;
  const left = those('left', 'ok').map((record) => on(record.on ?? ''));
  const leftWords =
    left.length === 0
      ? ''
      : `at the end ${left.length > 1 ? 'copies of it lie' : 'it lies'} in ${list([...new Set(left)])}`;
  const effects = those('handle', 'ok');
  const [effect] = effects;
  if (effect !== undefined) {
    const isPublished = records.some(({ do: what }) => what === 'owed');
    const begin = isPublished ? 'published' : records[0]?.do === 'receive' ? 'first received' : 'sent';
    const after = `${duration((effect.us - firstUs) / 1000)} after it was ${begin}`;
    const times = effects.length === 1 ? `Done ${after}` : `Done ${effects.length} times, first ${after}`;
    if (leftWords !== '') return `${times}, but ${leftWords}.`;
    return `${times}${those('delete', 'ok').length > 0 ? ', and deleted' : ''}.`;
  }
  const fails = those('handle', 'fail').length;
  const failed = fails === 0 ? '' : `, after it failed ${fails === 1 ? 'once' : `${fails} times`}`;
  if (leftWords !== '') return `Never done${failed}: ${leftWords}.`;
  if (deliveries > 0 && those('send', 'ok').length > 0) return `Put, and read by ${plural(deliveries, 'reader')}.`;
  if (deliveries > 0) return `Published, to be delivered to ${plural(deliveries, 'subscription')}.`;
  const [answer] = those('request', 'ok');
  if (answer !== undefined) return `Done and answered after ${duration((answer.us - firstUs) / 1000)}.`;
  if (those('request', 'fail').length > 0) return 'Not done, and its sender knows it.';
  if (those('request', 'unknown').length > 0) return 'Its sender gave up; whether it was done nobody told.';
  if (those('deliver', 'fail').length > 0) return 'Not delivered: given up.';
  if (those('deliver', 'ok').length > 0 && those('receive', 'ok').length === 0) return 'Delivered.';
  if (those('publish', 'ok').length > 0) return 'Published, and no filter lets it through.';
  if (those('receive', 'ok').length > 0) return `Never done${failed}, and not seen again.`;
  if (those('send', 'ok').length > 0) return 'Sent, and never received.';
  return 'Never acknowledged, and never seen.';
}
