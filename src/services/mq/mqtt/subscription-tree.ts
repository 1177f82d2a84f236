/**
 * Who is subscribed to what, by the levels of the filters.
 *
 *   root ─ sensors ─┬─ kitchen ─ temperature   { session 3: QoS 1 }
 *                   └─ + ─ temperature         { session 5: QoS 0 }
 *                    below: { session 7: QoS 2 }          (sensors/#)
 */
import { isSystemTopic } from './topics.ts';

class Node<S> {
  // Null: none. A fleet has a node for each device, and most have one of these.
  children: Map<string, Node<S>> | null = null;
  /** Filters that end here. */
  here: Map<S, number> | null = null;
  /** Filters that end here with `#`. */
  below: Map<S, number> | null = null;

  get isEmpty(): boolean {
    return this.children === null && this.here === null && this.below === null;
  }
}

export class SubscriptionTree<S> {
  readonly #root = new Node<S>();

  /** In the place of what the subscriber had with this filter. `grant`: a number of the caller's. */
  add(filter: string, subscriber: S, grant: number): void {
    const levels = filter.split('/');
    const isBelow = levels.at(-1) === '#';
    if (isBelow) levels.pop();
    let node = this.#root;
    for (const level of levels) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node<S>();
        node.children.set(level, child);
      }
      node = child;
    }
    if (isBelow) node.below = (node.below ?? new Map<S, number>()).set(subscriber, grant);
    else node.here = (node.here ?? new Map<S, number>()).set(subscriber, grant);
  }

  delete(filter: string, subscriber: S): void {
    const levels = filter.split('/');
    const isBelow = levels.at(-1) === '#';
    if (isBelow) levels.pop();
    remove(this.#root, levels, 0, isBelow, subscriber);
  }

  /** `visit` for each subscription that the topic matches: at each level the name itself before `+` before `#`. */
  match(topic: string, visit: (subscriber: S, grant: number) => void): void {
    const levels = topic.split('/');
    if (isSystemTopic(topic)) {
      const child = this.#root.children?.get(levels[0] as string);
      if (child !== undefined) walk(child, levels, 1, visit);
    } else walk(this.#root, levels, 0, visit);
  }
}

/** True where the node is of no more use. */
function remove<S>(node: Node<S>, levels: readonly string[], at: number, isBelow: boolean, subscriber: S): boolean {
  if (at === levels.length) {
    if (isBelow) node.below = without(node.below, subscriber);
    else node.here = without(node.here, subscriber);
  } else {
    const level = levels[at] as string;
    const child = node.children?.get(level);
    if (child !== undefined && remove(child, levels, at + 1, isBelow, subscriber)) {
      node.children = without(node.children, level);
    }
  }
  return node.isEmpty;
}

function without<K, V>(map: Map<K, V> | null, key: K): Map<K, V> | null {
  map?.delete(key);
  return map === null || map.size === 0 ? null : map;
}

function walk<S>(
  node: Node<S>,
  levels: readonly string[],
  at: number,
  visit: (subscriber: S, grant: number) => void,
): void {
  if (at === levels.length) visitAll(node.here, visit);
  else if (node.children !== null) {
    const exact = node.children.get(levels[at] as string);
    if (exact !== undefined) walk(exact, levels, at + 1, visit);
    const plus = node.children.get('+');
    if (plus !== undefined) walk(plus, levels, at + 1, visit);
  }
  visitAll(node.below, visit);
}

function visitAll<S>(subscriptions: Map<S, number> | null, visit: (subscriber: S, grant: number) => void): void {
  if (subscriptions !== null) for (const [subscriber, grant] of subscriptions) visit(subscriber, grant);
}
