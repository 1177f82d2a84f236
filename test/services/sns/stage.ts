/**
 * A topic on a stage: subscribers that fail by script, publishes at their instants, and a diary of all that was seen from outside. `judge` is what must
 * be true of every diary; it knows nothing of how a topic is made.
 */
import { Simulation } from '../../../src/kernel/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import {
  CUSTOMER_MANAGED,
  type EndpointOwner,
  PublishQuota,
  type SnsEndpoint,
  type SubscriptionSettings,
  Topic,
} from '../../../src/services/sns/index.ts';

const MS = 1000;
const FIVE_MINUTES_MS = 300_000;

export interface Subscriber {
  /** Tiers that its filter lets through; null: no filter. */
  readonly tiers: readonly string[] | null;
  /** What it does with attempt 0, 1, … of a message, in turn by message: the last goes on for ever. */
  readonly answers: readonly ('ok' | 'late' | 'fails' | 'denied')[];
  readonly hasDeadLetterQueue: boolean;
  readonly fromMs: number;
  readonly confirmAfterMs: number;
  readonly untilMs: number | null;
}

export interface Published {
  readonly atMs: number;
  readonly tier: number;
  readonly group: number;
  readonly deduplicationId: number;
}

export interface Play {
  readonly fifo: boolean;
  readonly scope: 'Topic' | 'MessageGroup';
  readonly retries: number;
  readonly latencyMs: number;
  readonly subscribers: readonly Subscriber[];
  readonly publishes: readonly Published[];
}

export const TIERS = ['gold', 'silver', 'lead'];

/** One line of the diary: instants in microseconds, `message` is the place of its publish. */
export interface Line {
  readonly us: number;
  readonly what: 'attempt' | 'answered' | 'deadLettered' | 'done' | 'fannedOut' | 'matched';
  readonly subscriber: number;
  readonly message: number;
  readonly outcome?: Outcome;
  readonly delivered?: boolean;
}

export interface Seen {
  readonly lines: readonly Line[];
  /** By place of the publish: whether it was taken. */
  readonly taken: readonly boolean[];
  readonly underWay: number;
}

/** Plays to the end of all that goes on, at most a day. */
export function perform(play: Play): Seen {
  const sim = new Simulation({ seed: 11, maxEvents: 1e6 });
  const lines: Line[] = [];
  const say = (what: Line['what'], subscriber: number, message: number, more: Partial<Line> = {}): void => {
    lines.push({ us: sim.now, what, subscriber, message, ...more });
  };
  const ignored = { add: () => {}, set: () => {}, record: () => {}, since: () => {} };
  const order: number[] = [];
  /** A delivery's body is its place here. */
  const bodies: { readonly subscriber: number; readonly message: number }[] = [];
  const topic = new Topic(
    sim,
    {
      name: 'events',
      fifo: play.fifo,
      ...(play.fifo ? { fifoSettings: { contentBasedDeduplication: false, fifoThroughputScope: play.scope } } : {}),
      maximumMessageSizeBytes: 262_144,
      subscriptions: [],
    },
    {
      requests: { ordinal: (body) => body },
      metrics: { counter: () => ignored, level: () => ignored, observations: () => ignored, age: () => ignored },
      observer: {
        onPublished: () => {},
        onMatched: (body, subscription) => {
          say('matched', order[subscription] as number, body);
          return bodies.push({ subscriber: order[subscription] as number, message: body }) - 1;
        },
        onFannedOut: (body) => say('fannedOut', -1, body),
        onDeadLettered: (delivery) => {
          const { subscriber, message } = bodies[delivery] as (typeof bodies)[number];
          say('deadLettered', subscriber, message);
        },
        onDone: (delivery, _subscription, delivered) => {
          const { subscriber, message } = bodies[delivery] as (typeof bodies)[number];
          say('done', subscriber, message, { delivered });
        },
      },
      quota: new PublishQuota(1e6),
      kinds: {
        message: (kind) => ({
          body: '',
          attributes: { tier: { DataType: 'String', StringValue: TIERS[kind] as string } },
        }),
      },
      isFifoQueue: () => play.fifo,
    },
  );
  play.subscribers.forEach((subscriber, place) => {
    const attempts = new Map<number, number>();
    const endpoint: SnsEndpoint = {
      deliver: ({ body }, _path, owner: EndpointOwner, tag) => {
        const { message } = bodies[body] as (typeof bodies)[number];
        const attempt = attempts.get(message) ?? 0;
        attempts.set(message, attempt + 1);
        say('attempt', place, message);
        const { answers } = subscriber;
        const answer = answers[Math.min(answers.length - 1, attempt + (message % 2))] as (typeof answers)[number];
        const outcome = answer === 'fails' ? Outcome.failed : answer === 'denied' ? Outcome.denied : Outcome.ok;
        const reply = (): void => {
          say('answered', place, message, { outcome });
          owner.onDelivery(tag, outcome);
        };
        if (answer === 'late') sim.schedule(5 * MS, reply, undefined);
        else reply();
      },
    };
    const settings: SubscriptionSettings = {
      to: `subscriber-${place}`,
      protocol: 'sqs',
      filterPolicy: subscriber.tiers === null ? null : JSON.stringify({ tier: subscriber.tiers }),
      filterPolicyScope: 'MessageAttributes',
      rawMessageDelivery: true,
      deadLetterQueue: null,
      deliveryPolicy: {
        ...CUSTOMER_MANAGED,
        preBackoff: { count: play.retries, waitUs: 40 * MS },
        backoff: { count: 0, minUs: MS, maxUs: MS, function: 'linear' },
        postBackoff: { count: 0, waitUs: 0 },
      },
      maxReceivesPerSecond: null,
      subscribeUs: subscriber.fromMs * MS,
      unsubscribeUs: null,
      confirmAfterUs: subscriber.confirmAfterMs * MS,
    };
    const deadLetterQueue: SnsEndpoint = {
      deliver: (_delivery, _path, owner, tag) => owner.onDelivery(tag, Outcome.ok),
    };
    sim.schedule(
      subscriber.fromMs * MS,
      () => {
        const { error, SubscriptionArn } = topic.Subscribe({
          settings,
          endpoint,
          deadLetterQueue: subscriber.hasDeadLetterQueue ? deadLetterQueue : null,
          latency: { kind: 'exponential', mean: play.latencyMs * MS },
          crossRegion: null,
          envelopeBytes: 0,
          passesGroup: play.fifo,
          quota: null,
          pending: subscriber.confirmAfterMs > 0,
        });
        if (error !== null) throw new Error(error.message);
        order[SubscriptionArn] = place;
        if (subscriber.confirmAfterMs > 0)
          sim.schedule(subscriber.confirmAfterMs * MS, () => topic.ConfirmSubscription(SubscriptionArn), undefined, 0);
        if (subscriber.untilMs !== null)
          sim.scheduleAt(subscriber.untilMs * MS, () => topic.Unsubscribe(SubscriptionArn), undefined, 0);
      },
      undefined,
      0,
    );
  });
  const taken: boolean[] = [];
  play.publishes.forEach(({ atMs, tier, group, deduplicationId }, message) => {
    sim.scheduleAt(
      atMs * MS,
      () => {
        const { error } = topic.Publish({
          body: message,
          bytes: 100,
          kind: tier,
          MessageGroupId: play.fifo ? group : -1,
          MessageDeduplicationId: play.fifo ? deduplicationId : -1,
        });
        taken[message] = error === null;
      },
      undefined,
    );
  });
  sim.run({ until: 86_400_000 * MS });
  return { lines, taken, underWay: topic.underWay };
}

/** The messages that must reach a subscriber, in the order in which they were published. */
function expectedOf(play: Play, { tiers, fromMs, confirmAfterMs, untilMs }: Subscriber): number[] {
  const confirmedMs = fromMs + confirmAfterMs;
  return published(play).filter((message) => {
    const { atMs, tier } = play.publishes[message] as Published;
    if (atMs < confirmedMs || (untilMs !== null && atMs >= untilMs)) return false;
    return tiers === null || tiers.includes(TIERS[tier] as string);
  });
}

/** All but the duplicates, in their order. */
function published({ fifo, scope, publishes }: Play): number[] {
  const places = publishes.map((_, message) => message);
  const inOrder = places.sort((a, b) => (publishes[a] as Published).atMs - (publishes[b] as Published).atMs || a - b);
  const accepted: number[] = [];
  for (const message of inOrder) {
    const own = publishes[message] as Published;
    const isRepeated = accepted.some((earlier) => {
      const other = publishes[earlier] as Published;
      const sameScope = scope === 'Topic' || other.group === own.group;
      return sameScope && other.deduplicationId === own.deduplicationId && own.atMs - other.atMs < FIVE_MINUTES_MS;
    });
    if (!fifo || !isRepeated) accepted.push(message);
  }
  return accepted;
}

/** What is wrong with what was seen; empty: nothing. */
export function judge(play: Play, { lines, taken, underWay }: Seen): string[] {
  const wrong: string[] = [];
  const check = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  check(
    play.publishes.every((_, message) => taken[message] === true),
    'a publish was refused',
  );
  check(underWay === 0, `${underWay} deliveries never end`);
  play.subscribers.forEach((subscriber, place) => {
    const own = lines.filter((line) => line.subscriber === place);
    const expected = expectedOf(play, subscriber);
    const of = (what: Line['what']): Line[] => own.filter((line) => line.what === what);
    const messages = (all: readonly Line[]): number[] => all.map(({ message }) => message);
    const sorted = (all: readonly number[]): string => [...all].sort((a, b) => a - b).join(' ');
    // Conservation: published × matching = delivered + dead-lettered + dropped.
    check(sorted(messages(of('matched'))) === sorted(expected), `${place} is sent something else than what it wants`);
    check(sorted(messages(of('done'))) === sorted(expected), `${place}: not every delivery ends once`);
    for (const message of expected)
      judgeDelivery(
        play,
        subscriber,
        own.filter((line) => line.message === message),
        check,
      );
    if (play.fifo) check(inOrderByGroup(play, expected, of('done')), `${place} is served out of order`);
  });
  for (const { message, us } of lines.filter(({ what }) => what === 'fannedOut')) {
    const later = lines.some((line) => line.message === message && line.what === 'matched' && line.us > us);
    const places = lines.map((line, at) => (line.message === message && line.what === 'matched' ? at : -1));
    const fannedOut = lines.findIndex((line) => line.message === message && line.what === 'fannedOut');
    check(!later && Math.max(...places) < fannedOut, `${message} is fanned out before all have it`);
  }
  return wrong;
}

function judgeDelivery(
  { retries }: Play,
  { hasDeadLetterQueue }: Subscriber,
  lines: readonly Line[],
  check: (holds: boolean, what: string) => void,
): void {
  const outcomes = lines.filter(({ what }) => what === 'answered').map(({ outcome }) => outcome);
  const attempts = lines.filter(({ what }) => what === 'attempt').length;
  const done = lines.find(({ what }) => what === 'done');
  const last = outcomes.at(-1);
  const name = `message ${lines[0]?.message} to ${lines[0]?.subscriber}`;
  const isDelivered = last === Outcome.ok;
  check(attempts === outcomes.length, `${name}: an attempt goes out before the one before it is answered`);
  check(done?.delivered === isDelivered, `${name}: it is said to be delivered, and is not, or the other way round`);
  check(!outcomes.slice(0, -1).includes(Outcome.ok), `${name}: tried again though it was delivered`);
  check(!outcomes.slice(0, -1).includes(Outcome.denied), `${name}: tried again after a client error`);
  if (last === Outcome.failed) check(attempts === retries + 1, `${name}: given up after ${attempts} attempts`);
  check(attempts <= retries + 1, `${name}: ${attempts} attempts`);
  const dead = lines.filter(({ what }) => what === 'deadLettered').length;
  check(dead === (hasDeadLetterQueue && !isDelivered ? 1 : 0), `${name}: ${dead} times in the dead-letter queue`);
}

/** Deliveries of a group end in the order in which they were published, and none begins before the one before it has ended. */
function inOrderByGroup({ publishes }: Play, expected: readonly number[], done: readonly Line[]): boolean {
  const groups = new Set(expected.map((message) => (publishes[message] as Published).group));
  return [...groups].every((group) => {
    const isOfGroup = (message: number): boolean => (publishes[message] as Published).group === group;
    return (
      expected.filter(isOfGroup).join(' ') ===
      done
        .map(({ message }) => message)
        .filter(isOfGroup)
        .join(' ')
    );
  });
}
