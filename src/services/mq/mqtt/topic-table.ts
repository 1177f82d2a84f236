/**
 * Topics that were published to, each with the sessions that its messages go to: found in the tree once, and kept until a subscription that it might match changes.
 * With a plain filter that is one topic; with wildcards all are looked up again.
 */
import type { Qos } from './operations.ts';
import type { Session } from './session.ts';
import type { SubscriptionTree } from './subscription-tree.ts';
import { hasWildcard } from './topics.ts';

/** Topics kept; beyond it all are forgotten and found again. */
const MAX_TOPICS = 1_000_000;

/** Never changed once it is made: whoever walks through it may meet sessions that have ended since. */
export interface Matches {
  readonly count: number;
  readonly sessions: readonly Session[];
  /** Granted to each. */
  readonly qos: readonly Qos[];
}

export class Topic {
  readonly name: string;
  matches: Matches | null = null;
  /** The table's version at which they were found. */
  version = -1;

  constructor(name: string) {
    this.name = name;
  }
}

export class TopicTable {
  readonly #tree: SubscriptionTree<Session>;
  readonly #oneCopy: boolean;
  readonly #topics = new Map<string, Topic>();
  #version = 0;

  constructor(tree: SubscriptionTree<Session>, oneCopy: boolean) {
    this.#tree = tree;
    this.#oneCopy = oneCopy;
  }

  get(name: string): Topic {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    if (this.#topics.size >= MAX_TOPICS) this.#topics.clear();
    const topic = new Topic(name);
    this.#topics.set(name, topic);
    return topic;
  }

  matchesOf(topic: Topic): Matches {
    if (topic.version === this.#version && topic.matches !== null) return topic.matches;
    const matches = this.#find(topic.name);
    topic.matches = matches;
    topic.version = this.#version;
    return matches;
  }

  /** A subscription with this filter came, went, or has another QoS. */
  changed(filter: string): void {
    if (hasWildcard(filter)) this.#version++;
    else {
      const topic = this.#topics.get(filter);
      if (topic !== undefined) topic.matches = null;
    }
  }

  /** In the order in which the sessions began. */
  #find(name: string): Matches {
    const found: { session: Session; qos: Qos }[] = [];
    this.#tree.match(name, (session, qos) => found.push({ session, qos }));
    found.sort((a, b) => a.session.number - b.session.number || b.qos - a.qos);
    const kept = this.#oneCopy ? found.filter(({ session }, i) => found[i - 1]?.session !== session) : found;
    return { count: kept.length, sessions: kept.map(({ session }) => session), qos: kept.map(({ qos }) => qos) };
  }
}
