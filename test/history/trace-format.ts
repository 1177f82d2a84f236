/**
 * Chrome's trace format as its document has it ("Trace Event Format", the JSON object form), as far as a timeline uses it, and the laws that
 * Perfetto asks of a file beyond the shape of its events. Written from the documents, not from what writes the file.
 */
import { z } from 'zod';

const count = z.int().min(0);
const place = { pid: count, tid: count };
const base = { name: z.string().min(1), ts: count };

const Metadata = z.union([
  z.strictObject({
    ...base,
    ph: z.literal('M'),
    name: z.literal('process_name'),
    pid: count,
    args: z.strictObject({ name: z.string() }),
  }),
  z.strictObject({
    ...base,
    ph: z.literal('M'),
    name: z.literal('process_sort_index'),
    pid: count,
    args: z.strictObject({ sort_index: count }),
  }),
  z.strictObject({
    ...base,
    ph: z.literal('M'),
    name: z.literal('thread_name'),
    ...place,
    args: z.strictObject({ name: z.string() }),
  }),
]);
const ThreadOrder = z.strictObject({
  ...base,
  ...place,
  ph: z.literal('M'),
  name: z.literal('thread_sort_index'),
  args: z.strictObject({ sort_index: count }),
});
const Complete = z.strictObject({
  ...base,
  ...place,
  ph: z.literal('X'),
  cat: z.string(),
  dur: count,
  args: z.looseObject({}),
});
const Async = z.strictObject({
  ...base,
  ph: z.enum(['b', 'e']),
  cat: z.string(),
  id: z.string(),
  pid: count,
  args: z.looseObject({}).optional(),
});
const Flow = z.strictObject({
  ...base,
  ...place,
  ph: z.enum(['s', 'f']),
  cat: z.string(),
  id: z.string(),
  bp: z.literal('e').optional(),
});
const Counter = z.strictObject({ ...base, ph: z.literal('C'), pid: count, args: z.record(z.string(), z.number()) });
const Instant = z.strictObject({ ...base, ...place, ph: z.literal('i'), cat: z.string(), s: z.enum(['g', 'p', 't']) });

export const TraceFile = z.strictObject({
  displayTimeUnit: z.enum(['ms', 'ns']),
  otherData: z.looseObject({}),
  traceEvents: z.array(z.union([Complete, Async, Flow, Counter, Instant, Metadata, ThreadOrder])),
});
export type TraceEvent = z.infer<typeof TraceFile>['traceEvents'][number];
type Of<Ph extends string> = TraceEvent & { ph: Ph };

export function eventsOf<Ph extends TraceEvent['ph']>(events: readonly TraceEvent[], ph: Ph): Of<Ph>[] {
  return events.filter((event): event is Of<Ph> => event.ph === ph);
}

/** What is wrong with a file whose events have the right shape; empty: nothing. */
export function complaints(events: readonly TraceEvent[]): string[] {
  return [...names(events), ...threads(events), ...spans(events), ...arrows(events), ...counters(events)];
}

/** What is drawn on is named, once, before. */
function names(events: readonly TraceEvent[]): string[] {
  const found: string[] = [];
  const known = new Set<string>();
  for (const event of events) {
    if (event.ph === 'M') {
      const key = 'tid' in event ? `${event.name} ${event.pid}/${event.tid}` : `${event.name} ${event.pid}`;
      if (known.has(key)) found.push(`${key} is given twice`);
      known.add(key);
      continue;
    }
    if (!known.has(`process_name ${event.pid}`)) found.push(`process ${event.pid} has no name`);
    if ('tid' in event && event.ph !== 'i' && !known.has(`thread_name ${event.pid}/${event.tid}`))
      found.push(`thread ${event.tid} has no name`);
  }
  return found;
}

/** Spans of one thread come one after the other, or one within the other. */
function threads(events: readonly TraceEvent[]): string[] {
  const sorted = eventsOf(events, 'X').sort((a, b) => a.tid - b.tid || a.ts - b.ts || b.dur - a.dur);
  return sorted.flatMap((span, i) => {
    const before = sorted[i - 1];
    if (before === undefined || before.tid !== span.tid || span.ts >= before.ts + before.dur) return [];
    return span.ts + span.dur <= before.ts + before.dur
      ? []
      : [`${span.name} at ${span.ts} overlaps ${before.name} at ${before.ts}`];
  });
}

/** Every begin has its end, not before it, and the spans of one id follow one another. */
function spans(events: readonly TraceEvent[]): string[] {
  const open = new Map<string, TraceEvent & { ts: number }>();
  const found: string[] = [];
  for (const event of events) {
    if (event.ph !== 'b' && event.ph !== 'e') continue;
    const key = `${event.pid}/${event.cat}/${event.name}/${event.id}`;
    const begin = open.get(key);
    if (event.ph === 'b') {
      if (begin !== undefined) found.push(`${key} begins twice`);
      open.set(key, event);
    } else {
      if (begin === undefined) found.push(`${key} ends and did not begin`);
      else if (begin.ts > event.ts) found.push(`${key} ends before it begins`);
      open.delete(key);
    }
  }
  return [...found, ...[...open.keys()].map((key) => `${key} has no end`)];
}

/** Each arrow has one start and one end, in this order, and both lie where a span begins. */
function arrows(events: readonly TraceEvent[]): string[] {
  const begins = new Set(eventsOf(events, 'X').map(({ tid, ts }) => `${tid}@${ts}`));
  const starts = new Map(eventsOf(events, 's').map((event) => [event.id, event]));
  const ends = eventsOf(events, 'f');
  const found = [...starts.values(), ...ends].flatMap(({ tid, ts, id }) =>
    begins.has(`${tid}@${ts}`) ? [] : [`arrow ${id} at ${ts} touches no span`],
  );
  for (const { id, ts } of ends) {
    const start = starts.get(id);
    if (start === undefined || start.ts > ts) found.push(`arrow ${id} has no start before it`);
    starts.delete(id);
  }
  return [...found, ...[...starts.keys()].map((id) => `arrow ${id} has no end`)];
}

function counters(events: readonly TraceEvent[]): string[] {
  return eventsOf(events, 'C').flatMap(({ ts, args }) =>
    Object.values(args).every((value) => value >= 0) ? [] : [`a count below nothing at ${ts}`],
  );
}
