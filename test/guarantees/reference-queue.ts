/**
 * A queue written for clarity alone, with clients that do at random what clients do, and the history of it. Each fault, switched on by
 * name, makes it break one promise.
 */
import type { Promises } from '../../src/guarantees/index.ts';
import { History, type HistoryRecord } from '../../src/history/index.ts';

export const FAULTS = {
  'forgets a message': 'at-least-once',
  'loses what it has given out': 'no-loss',
  'hides for half the time': 'visibility',
  'deletes nothing': 'deletion',
  'does not count': 'receive-count',
  'moves one receive too late': 'redrive',
  'moves one receive too early': 'dead-letters',
  'gives out what is too old': 'retention',
  'forgets the delay': 'delay',
  'counts the window from the last': 'deduplication',
  'deduplicates for half the window': 'deduplication',
  'gives the newest of a group first': 'order',
  'does not lock groups': 'group-lock',
  'invents a message': 'conservation',
  'has no limit in flight': 'in-flight',
} as const;
export type Fault = keyof typeof FAULTS;

const S = 1e6;
export const SETTINGS = {
  visibility: 10,
  retention: 120,
  delay: 2,
  window: 30,
  most: 3,
  limit: 2,
} as const;

export const PROMISES: Promises = [
  { resource: '*', kind: 'run', scope: 'all', promises: [{ guarantee: 'monotone-time' }] },
  { resource: 'shop', kind: 'traffic', scope: 'client', promises: [{ guarantee: 'conservation' }] },
  {
    resource: 'orders',
    kind: 'sqs',
    visibilityUs: SETTINGS.visibility * S,
    retentionUs: SETTINGS.retention * S,
    watch: ['dlq'],
    reads: ['orders', 'dlq'],
    promises: [
      { guarantee: 'conservation' },
      { guarantee: 'at-least-once', restUs: 60 * S, read: false },
      { guarantee: 'no-loss', restUs: 60 * S },
      { guarantee: 'visibility' },
      { guarantee: 'deletion' },
      { guarantee: 'receive-count' },
      { guarantee: 'redrive', maxReceiveCount: SETTINGS.most },
      { guarantee: 'retention', retentionUs: SETTINGS.retention * S },
      { guarantee: 'delay', delayUs: SETTINGS.delay * S },
      { guarantee: 'deduplication', windowUs: SETTINGS.window * S },
      { guarantee: 'order' },
      { guarantee: 'group-lock' },
      { guarantee: 'in-flight', limit: SETTINGS.limit },
    ],
  },
  {
    resource: 'dlq',
    kind: 'sqs',
    watch: ['orders'],
    promises: [{ guarantee: 'dead-letters', fewestReceives: SETTINGS.most }],
  },
];

/** What a client does next. */
export type Step =
  | { readonly do: 'send'; readonly id: number; readonly group: number; readonly lost: boolean }
  | { readonly do: 'receive'; readonly by: number; readonly lost: boolean; readonly late: number }
  | { readonly do: 'delete' | 'giveBack'; readonly which: number }
  | { readonly do: 'wait'; readonly seconds: number };

interface Message {
  readonly id: number;
  readonly entity: number;
  readonly group: number;
  readonly sentAt: number;
  receives: number;
  hiddenUntil: number;
  handle: number;
}

interface Hand {
  readonly by: number;
  readonly message: Message;
  readonly handle: number;
}

export function play(steps: readonly Step[], fault: Fault | null): History {
  const history = new History();
  const is = (one: Fault): boolean => fault === one;
  let queue: Message[] = [];
  const dead: Message[] = [];
  const hands: Hand[] = [];
  const accepted = new Map<number, { at: number; message: number }>();
  let now = 0;
  let ids = 0;
  let calls = 0;
  let handles = 0;
  const waiting: { readonly us: number; readonly records: () => void }[] = [];
  const tell = (record: Partial<HistoryRecord>): void =>
    history.add({ us: now * S, on: 'orders', is: 'ok', ...record } as Omit<HistoryRecord, 'n'>);
  const advance = (to: number): void => {
    waiting.sort((a, b) => a.us - b.us);
    while (waiting.length > 0 && (waiting[0] as { us: number }).us <= to) {
      const next = waiting.shift() as (typeof waiting)[number];
      now = next.us;
      next.records();
    }
    now = to;
  };
  const expire = (): void => {
    if (!is('gives out what is too old')) queue = queue.filter(({ sentAt }) => sentAt + SETTINGS.retention > now);
  };
  const delay = is('forgets the delay') ? 0 : SETTINGS.delay;

  const send = (id: number, group: number, lost: boolean): void => {
    const call = calls++;
    tell({ do: 'send', is: 'invoke', client: 'shop', entity: id, deduplication: id, group, call });
    const known = accepted.get(id);
    const window = is('deduplicates for half the window') ? SETTINGS.window / 2 : SETTINGS.window;
    let message: number;
    if (known !== undefined && now < known.at + window) {
      message = known.message;
      if (is('counts the window from the last')) known.at = now;
    } else {
      message = ids++;
      accepted.set(id, { at: now, message });
      const sent = { id: message, entity: id, group, sentAt: now, receives: 0, hiddenUntil: now + delay, handle: -1 };
      if (!(is('forgets a message') && message % 3 === 2)) queue.push(sent);
    }
    const answer = { do: 'send', client: 'shop', entity: id, call } as const;
    if (lost) tell({ ...answer, is: 'unknown' });
    else tell({ ...answer, deduplication: id, group, message, sequence: message, servedUs: now * S });
  };

  const isVisible = (one: Message): boolean => one.hiddenUntil <= now;
  const isLocked = (one: Message): boolean =>
    !is('does not lock groups') &&
    queue.some((other) => other.group === one.group && other.id < one.id && !isVisible(other));

  const receive = (by: number, lost: boolean, late: number): void => {
    expire();
    const call = calls++;
    const inFlight = queue.filter((one) => !isVisible(one) && one.receives > 0).length;
    if (inFlight >= SETTINGS.limit && !is('has no limit in flight')) return;
    const most = SETTINGS.most + (is('moves one receive too late') ? 1 : is('moves one receive too early') ? -1 : 0);
    for (const one of [...queue].filter((it) => isVisible(it) && it.receives >= most && !isLocked(it))) {
      queue.splice(queue.indexOf(one), 1);
      dead.push(one);
    }
    const ready = queue.filter((one) => isVisible(one) && !isLocked(one));
    const first = is('gives the newest of a group first')
      ? queue.filter(isVisible).sort((a, b) => b.id - a.id)[0]
      : ready[0];
    if (first === undefined) return;
    first.hiddenUntil = now + SETTINGS.visibility / (is('hides for half the time') ? 2 : 1);
    if (!(is('does not count') && first.receives > 0)) first.receives++;
    first.handle = handles++;
    const { id: message, entity, group, handle, receives } = first;
    if (is('loses what it has given out') && message % 4 === 3) queue.splice(queue.indexOf(first), 1);
    if (lost) return;
    const servedUs = now * S;
    const invented = is('invents a message') && handle % 3 === 2 ? { entity: 999, message: 999 } : { entity, message };
    const record = {
      do: 'receive',
      client: 'worker',
      who: by,
      call,
      group,
      handle,
      receives,
      servedUs,
      sequence: message,
    } as const;
    waiting.push({
      us: now + late,
      records: () => {
        hands.push({ by, message: first, handle });
        tell({ ...record, ...invented });
      },
    });
  };

  const take = (which: number): Hand | undefined => hands.splice(which % Math.max(1, hands.length), 1)[0];
  const about = ({ message, handle }: Hand) => ({
    client: 'worker',
    entity: message.entity,
    message: message.id,
    handle,
  });

  for (const step of steps) {
    if (step.do === 'wait') advance(now + step.seconds);
    else if (step.do === 'send') send(step.id, step.group, step.lost);
    else if (step.do === 'receive') receive(step.by, step.lost, step.late);
    else {
      const hand = take(step.which);
      if (hand === undefined) continue;
      const { message, handle } = hand;
      expire();
      const isNewest = message.handle === handle && queue.includes(message);
      if (step.do === 'delete') {
        tell({ ...about(hand), do: 'delete', is: 'invoke' });
        // As FIFO queues have it: too late is an error.
        const intime = message.hiddenUntil > now;
        if (isNewest && intime && !is('deletes nothing')) queue.splice(queue.indexOf(message), 1);
        tell({ ...about(hand), do: 'delete', is: isNewest && intime ? 'ok' : 'fail', servedUs: now * S });
      } else if (isNewest && message.hiddenUntil > now) {
        message.hiddenUntil = now;
        tell({ ...about(hand), do: 'visibility', valueUs: 0, servedUs: now * S });
      }
    }
  }
  advance(now + 60);
  expire();
  tell({ do: 'healed' });
  tell({ do: 'quiesced' });
  for (const { entity, id, receives } of queue) tell({ do: 'left', entity, message: id, receives: receives + 1 });
  for (const { entity, id, receives } of dead) {
    tell({ do: 'left', on: 'dlq', entity, message: id, receives: receives + 1 });
  }
  tell({ do: 'read' });
  tell({ do: 'read', on: 'dlq' });
  tell({ do: 'end' });
  return history;
}
