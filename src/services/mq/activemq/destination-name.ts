/** Names of destinations: `queue://orders`, `topic://prices`, several parted by commas. */

export interface DestinationName {
  readonly kind: 'queue' | 'topic';
  /** Without its kind. */
  readonly name: string;
}

/** The parts of a composite name, or null where one of them is none. A part without a kind has the kind of the first: `queue://a,b`. */
export function destinationNames(text: string): readonly DestinationName[] | null {
  const names: DestinationName[] = [];
  for (const part of text.split(',')) {
    const name = destinationName(part.trim(), names[0]?.kind ?? 'queue');
    if (name === null) return null;
    names.push(name);
  }
  return names;
}

function destinationName(text: string, kind: DestinationName['kind']): DestinationName | null {
  for (const prefix of ['queue', 'topic'] as const) {
    if (text.startsWith(`${prefix}://`)) return named(prefix, text.slice(prefix.length + 3));
  }
  return named(kind, text);
}

function named(kind: DestinationName['kind'], name: string): DestinationName | null {
  return name === '' || name.includes('://') ? null : { kind, name };
}

const VIRTUAL = /^Consumer\.[^.]*\.(VirtualTopic\..+)$/;

/** The virtual topic that a queue has its copies from (`Consumer.billing.VirtualTopic.orders`), without its kind; null: none. */
export function virtualTopicOf(queue: string): string | null {
  return VIRTUAL.exec(queue)?.[1] ?? null;
}
