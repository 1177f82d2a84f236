/** What a run promises, as plain data: made from the settings of its resources, or read from a file. */

/** One guarantee and what of the configuration it depends on. */
export interface Promised {
  readonly guarantee: string;
  readonly [setting: string]: unknown;
}

export interface ResourcePromises {
  /** Name of a resource, of a client (`scope: client`), or `*` for the whole run (`scope: all`). */
  readonly resource: string;
  /** Row of the registry. */
  readonly kind: string;
  /** Whose records are judged; default: those about the resource. */
  readonly scope?: 'resource' | 'client' | 'all';
  /** Of a queue: how long a receive hides a message unless it says otherwise, microseconds. */
  readonly visibilityUs?: number;
  /** Of a queue: after so long a message is gone, microseconds; left out: never. */
  readonly retentionUs?: number;
  /** Other resources whose records its checkers look at: where its dead letters go, or come from; what feeds it. */
  readonly watch?: readonly string[];
  /** Queues that a final read must have covered before a promise about the end can be judged; default: the resource itself. */
  readonly reads?: readonly string[];
  readonly promises: readonly Promised[];
}

export type Promises = readonly ResourcePromises[];

/** The settings of one promise, asked for by name; throws where one is not what it must be, and the verdict is then unknown. */
export class PromiseSettings {
  readonly #promise: Promised;
  readonly of: ResourcePromises;

  constructor(promise: Promised, of: ResourcePromises) {
    this.#promise = promise;
    this.of = of;
  }

  number(name: string): number {
    const value = this.#promise[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new TypeError(`the promise ${this.#promise.guarantee} lacks the number ${name}`);
  }

  numberOr(name: string, otherwise: number): number {
    return this.#promise[name] === undefined ? otherwise : this.number(name);
  }

  /** One for each of several, by number. */
  numbers(name: string): readonly number[] {
    const value = this.#promise[name];
    if (Array.isArray(value) && value.every((one) => typeof one === 'number')) return value;
    throw new TypeError(`the promise ${this.#promise.guarantee} lacks the numbers ${name}`);
  }

  flag(name: string): boolean {
    return this.#promise[name] === true;
  }
}
