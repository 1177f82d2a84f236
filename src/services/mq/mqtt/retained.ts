/** The last retained message of each topic, found by filter. It holds a row of the table for each. */
import type { MessageTable } from './message-table.ts';
import { copyOf, qosOf, rowOf } from './copies.ts';
import type { Qos } from './operations.ts';
import { isSystemTopic } from './topics.ts';

class Node {
  readonly children = new Map<string, Node>();
  /** Row and QoS of what is retained here; -1: nothing. */
  copy = -1;
}

export class RetainedMessages {
  readonly #messages: MessageTable;
  readonly #root = new Node();
  #count = 0;

  constructor(messages: MessageTable) {
    this.#messages = messages;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a hold of the row, and lets go of the one before it. */
  set(topic: string, row: number, qos: Qos): void {
    let node = this.#root;
    for (const level of topic.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node();
        node.children.set(level, child);
      }
      node = child;
    }
    this.#messages.hold(row);
    this.#letGo(node);
    node.copy = copyOf(row, qos, true);
    this.#count++;
  }

  clear(topic: string): void {
    this.#clear(this.#root, topic.split('/'), 0);
  }

  clearAll(): void {
    this.#clearBelow(this.#root);
  }

  /** `visit` with row and QoS of each that the filter matches. */
  match(filter: string, visit: (row: number, qos: Qos) => void): void {
    this.#walk(this.#root, filter.split('/'), 0, visit);
  }

  #walk(node: Node, levels: readonly string[], at: number, visit: (row: number, qos: Qos) => void): void {
    if (at === levels.length) {
      if (node.copy >= 0) visit(rowOf(node.copy), qosOf(node.copy));
      return;
    }
    const level = levels[at] as string;
    if (level === '#') this.#walkBelow(node, at === 0, visit);
    else if (level === '+') {
      for (const [name, child] of node.children) {
        if (at > 0 || !isSystemTopic(name)) this.#walk(child, levels, at + 1, visit);
      }
    } else {
      const child = node.children.get(level);
      if (child !== undefined) this.#walk(child, levels, at + 1, visit);
    }
  }

  #walkBelow(node: Node, isRoot: boolean, visit: (row: number, qos: Qos) => void): void {
    if (node.copy >= 0) visit(rowOf(node.copy), qosOf(node.copy));
    for (const [name, child] of node.children) {
      if (!isRoot || !isSystemTopic(name)) this.#walkBelow(child, false, visit);
    }
  }

  /** True where the node is of no more use. */
  #clear(node: Node, levels: readonly string[], at: number): boolean {
    if (at === levels.length) this.#letGo(node);
    else {
      const level = levels[at] as string;
      const child = node.children.get(level);
      if (child !== undefined && this.#clear(child, levels, at + 1)) node.children.delete(level);
    }
    return node.copy < 0 && node.children.size === 0;
  }

  #clearBelow(node: Node): void {
    this.#letGo(node);
    for (const child of node.children.values()) this.#clearBelow(child);
    node.children.clear();
  }

  #letGo(node: Node): void {
    if (node.copy < 0) return;
    this.#messages.release(rowOf(node.copy));
    node.copy = -1;
    this.#count--;
  }
}
