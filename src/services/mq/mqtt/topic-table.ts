/**
 * Topics that were published to, each with the sessions that its messages go to: found in the tree once, and kept until a subscription that it might match changes.
 * With a plain filter that is one topic; with wildcards all are looked up again.
 */
import type { Qos } from './operations.ts';
import type { Session } from './session.ts';
import type { MqttSettings } from './settings.ts';
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
  readonly #overlapping: MqttSettings['overlapping'];
  readonly #topics = new Map<string, Topic>();
  #version = 0;

  constructor(tree: SubscriptionTree<Session>, overlapping: MqttSettings['overlapping']) {
    this.#tree = tree;
    this.#overlapping = overlapping;
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
    const grants = new Map<Session, number[]>();
    this.#tree.match(name, (session, grant) => {
      const known = grants.get(session);
      if (known === undefined) grants.set(session, [grant]);
      else known.push(grant);
    });
    const sessions: Session[] = [];
    const qos: Qos[] = [];
    for (const session of [...grants.keys()].sort((a, b) => a.number - b.number)) {
      for (const one of this.#copies(grants.get(session) as number[])) {
        sessions.push(session);
        qos.push(one);
      }
    }
    return { count: sessions.length, sessions, qos };
  }

  /** The QoS of each copy for a session. `grants`: of the subscriptions that match, as they were found. */
  #copies(grants: readonly number[]): Qos[] {
    switch (this.#overlapping) {
      case 'oneCopy':
        return [Math.max(...grants) as Qos];
      case 'firstCopy':
        return [grants[0] as Qos];
      case 'copyEach':
        return grants as Qos[];
      case 'copyPerQos': {
        const all = grants.reduce((sum, grant) => sum | grant, 0);
        return EACH_QOS.filter((one) => (all & (1 << one)) !== 0);
      }
    }
  }
}

const EACH_QOS: readonly Qos[] = [0, 1, 2];

/** What a subscription has after it was made, perhaps again: its QoS, or with `copyPerQos` a bit for each. `before`: 0 where there was none. */
export function granted(overlapping: MqttSettings['overlapping'], before: number, qos: Qos): number {
  return overlapping === 'copyPerQos' ? before | (1 << qos) : qos;
}

/** What is left of a subscription without QoS 0; null: nothing. */
export function withoutQos0(overlapping: MqttSettings['overlapping'], grant: number): number | null {
  if (overlapping !== 'copyPerQos') return grant === 0 ? null : grant;
  const left = grant & ~1;
  return left === 0 ? null : left;
}
