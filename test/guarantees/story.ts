/**
 * Histories as stories: one line a record, so that a test reads like what happened.
 *
 *     0    shop  sends a          a call begins: of entity a
 *     0.1  shop  sent a           its answer: acknowledged, as message a (or m=b)
 *     1    w1    gets a           received, under a new handle, one receive more (or x=2, x=unsaid), told after the service gave it (or at=0.9)
 *     1.5  w1    deletes a        with the client's newest handle of it (or h=1)
 *     fault … over                a fault begins and ends
 *     rest                        faults over (healed), nothing under way (quiesced), all queues read (read), end
 *
 * After `key=value`: g group · d deduplication id · s sequence (s=3/1: place 3 of shard 1) · v timeout in seconds · on another resource than the first ·
 * to a subscription.
 */
import { History, type HistoryRecord } from '../../src/history/index.ts';

type Verb = readonly [HistoryRecord['do'], HistoryRecord['is']];

const VERBS: Readonly<Record<string, Verb>> = {
  asks: ['request', 'invoke'],
  answered: ['request', 'ok'],
  sends: ['send', 'invoke'],
  sent: ['send', 'ok'],
  refused: ['send', 'fail'],
  unsure: ['send', 'unknown'],
  gets: ['receive', 'ok'],
  loses: ['receive', 'unknown'],
  subscribes: ['receive', 'invoke'],
  deletes: ['delete', 'invoke'],
  deleted: ['delete', 'ok'],
  undeleted: ['delete', 'fail'],
  undecided: ['delete', 'unknown'],
  hides: ['visibility', 'ok'],
  tries: ['visibility', 'unknown'],
  purges: ['purge', 'invoke'],
  begins: ['handle', 'invoke'],
  does: ['handle', 'ok'],
  fails: ['handle', 'fail'],
  publishes: ['publish', 'invoke'],
  published: ['publish', 'ok'],
  unpublished: ['publish', 'fail'],
  owes: ['owed', 'ok'],
  delivers: ['deliver', 'ok'],
  drops: ['deliver', 'fail'],
  finds: ['left', 'ok'],
  measures: ['measured', 'ok'],
};

export interface Story {
  readonly history: History;
  /** The lines that evidence names. */
  lines(evidence: readonly number[]): string[];
}

export function story(text: string, resource = 'orders', queues: readonly string[] = [resource]): Story {
  const history = new History();
  const told: string[] = [];
  const handles = new Map<string, number>();
  const receives = new Map<number, number>();
  let newest = 0;
  let last = 0;
  const add = (line: string, record: Omit<HistoryRecord, 'n'>): void => {
    last = record.us;
    history.add(record);
    told.push(line);
  };
  for (const raw of text.split('\n')) {
    const line = raw.trim().replace(/\s+/g, ' ');
    if (line === '') continue;
    const mark = (what: HistoryRecord['do'], on?: string): void =>
      add(line, { us: last, do: what, is: 'ok', ...(on === undefined ? {} : { on }) });
    if (line === 'fault') {
      add(line, { us: last, do: 'fault', is: 'invoke', on: resource });
      continue;
    }
    if (line === 'over') {
      add(line, { us: last, do: 'fault', is: 'ok', on: resource });
      continue;
    }
    if (line === 'end' || line === 'healed' || line === 'quiesced') {
      mark(line);
      continue;
    }
    if (line === 'read') {
      for (const queue of queues) mark('read', queue);
      continue;
    }
    if (line === 'rest') {
      mark('healed');
      mark('quiesced');
      for (const queue of queues) mark('read', queue);
      mark('end');
      continue;
    }
    const [time, client, verb, ...words] = line.split(' ');
    const [operation, phase] = VERBS[verb as string] as Verb;
    const us = Math.round(Number(time) * 1e6);
    const args = new Map(words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));
    const number = (key: string): number | undefined => (args.has(key) ? Number(args.get(key)) : undefined);
    const name = words.find((word) => !word.includes('='));
    const entity = name === undefined ? undefined : numberOf(name);
    const message = args.has('m') ? numberOf(args.get('m') as string) : entity;
    const on = args.get('on') ?? resource;
    const record: Record<string, unknown> = { us, do: operation, is: phase, client, on };
    if (entity !== undefined) record['entity'] = entity;
    if (
      message !== undefined &&
      !['sends', 'publishes', 'asks', 'answered', 'owes', 'delivers', 'drops'].includes(verb as string)
    )
      record['message'] = message;
    if (verb === 'gets' && message !== undefined) {
      newest++;
      receives.set(message, number('x') ?? (receives.get(message) ?? 0) + 1);
      handles.set(`${client}/${message}`, number('h') ?? newest);
      record['receives'] = receives.get(message);
    }
    if (verb === 'finds' && number('x') !== undefined) record['receives'] = number('x');
    if (['gets', 'deletes', 'deleted', 'undeleted', 'undecided', 'hides', 'tries'].includes(verb as string))
      record['handle'] = number('h') ?? handles.get(`${client}/${message}`) ?? 999;
    if (phase === 'ok' && ['send', 'publish', 'receive', 'delete', 'visibility'].includes(operation))
      record['servedUs'] = Math.round((number('at') ?? us / 1e6) * 1e6);
    if (args.get('at') === 'unsaid') delete record['servedUs'];
    if (args.get('x') === 'unsaid') delete record['receives'];
    for (const [key, column] of [
      ['g', 'group'],
      ['d', 'deduplication'],
      ['s', 'sequence'],
      ['call', 'call'],
      ['to', 'subscription'],
    ] as const) {
      if (args.has(key)) record[column] = key === 's' ? sequenceOf(args.get(key) as string) : Number(args.get(key));
    }
    if (args.has('v')) record['valueUs'] = Math.round(Number(args.get('v')) * 1e6);
    add(line, record as unknown as Omit<HistoryRecord, 'n'>);
  }
  return { history, lines: (evidence) => evidence.map((n) => told[n] as string) };
}

/** Of a stream: place and shard. */
function sequenceOf(text: string): number {
  const [place = '', shard = '0'] = text.split('/');
  return shard === '0' && !text.includes('/') ? Number(place) : Number(place) * 2 ** 20 + Number(shard);
}

function numberOf(name: string): number {
  return name.charCodeAt(0) - 'a'.charCodeAt(0);
}
