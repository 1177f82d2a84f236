/**
 * What filter policies see of the requests of a world, as numbers: each combination of a traffic's attribute values is a kind of message.
 *
 *   kind = first kind of the traffic + code of the first attribute + values of the first × (code of the second + …)
 *
 * Which kind a request is of is drawn by attribute, so that it is the same in every design; the attributes also stand in the body, as JSON.
 */
import type { KeyedStream, Simulation } from '../kernel/index.ts';
import { type AttributeSampler, attributeSampler } from './attributes.ts';
import type { AttributeSettings, TrafficSettings } from './settings.ts';

type AttributeType = NonNullable<AttributeSettings['type']>;
/** A message attribute as SNS takes it. */
interface Attribute {
  readonly DataType: AttributeType;
  readonly StringValue: string;
}

export interface Message {
  readonly body: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface OfTraffic {
  readonly first: number;
  readonly kinds: number;
  readonly attributes: readonly {
    readonly sampler: AttributeSampler;
    readonly type: AttributeType;
    readonly draws: KeyedStream;
  }[];
}

const NO_ATTRIBUTES = -1;

export class MessageKinds {
  readonly #traffic: OfTraffic[] = [];

  constructor(sim: Simulation, traffic: readonly Pick<TrafficSettings, 'name' | 'attributes'>[]) {
    let first = 0;
    for (const { name, attributes } of traffic) {
      const drawn = attributes.map((one) => ({
        sampler: attributeSampler(one),
        type: one.type ?? 'String',
        draws: sim.keyedStream(`${name}/attribute/${one.name}`),
      }));
      const kinds = drawn.reduce((product, { sampler }) => product * sampler.values.length, 1);
      this.#traffic.push({ first, kinds, attributes: drawn });
      first += kinds;
    }
  }

  /** The kind of a request of a traffic, by its place among all requests. */
  kindOf(traffic: number, ordinal: number): number {
    const { attributes, first } = this.#traffic[traffic] as OfTraffic;
    if (attributes.length === 0) return NO_ATTRIBUTES;
    let code = 0;
    let weight = 1;
    for (const { sampler, draws } of attributes) {
      code += sampler.draw(draws.at(ordinal, 0)) * weight;
      weight *= sampler.values.length;
    }
    return first + code;
  }

  message(kind: number): Message {
    const of = this.#traffic.find(({ first, kinds }) => kind >= first && kind < first + kinds);
    if (of === undefined) throw new RangeError(`kind ${kind} of message: expected that of a traffic`);
    let rest = kind - of.first;
    const attributes: [string, Attribute][] = [];
    const body: Tree = new Map();
    for (const { sampler, type } of of.attributes) {
      const value = sampler.values[rest % sampler.values.length] as string;
      rest = Math.floor(rest / sampler.values.length);
      attributes.push([sampler.name, { DataType: type, StringValue: value }]);
      setAt(body, sampler.name.split('.'), inBody(type, value));
    }
    return { body: written(body), attributes: Object.fromEntries(attributes) };
  }
}

type Tree = Map<string, Tree | string>;

/** A dot in a name nests. */
function setAt(tree: Tree, [name = '', ...inner]: readonly string[], value: string): void {
  if (inner.length === 0) {
    tree.set(name, value);
    return;
  }
  const found = tree.get(name);
  const branch: Tree = found instanceof Map ? found : new Map();
  tree.set(name, branch);
  setAt(branch, inner, value);
}

/** As JSON. */
function inBody(type: AttributeType, value: string): string {
  return type === 'String' ? JSON.stringify(value) : value;
}

function written(tree: Tree): string {
  const members = [...tree].map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : written(value)}`,
  );
  return `{${members.join(',')}}`;
}
