/** Random fault scripts: whatever can strike the resources and links of a design, each over before the run is judged. */
import fc from 'fast-check';
import type { ResolvedDesign, ResourceSettings } from '../scenario/index.ts';
import { formatDuration } from '../scenario/index.ts';
import type { Document } from './document.ts';

/** Faults of one run, at most: more hide each other. */
const MOST = 4;
const LENGTHS = ['100ms', '1s', '5s', '20s', '1m', '5m'] as const;
const SHARES = [0.02, 0.1, 0.3, 0.5, 1] as const;

export const share = fc.constantFrom(...SHARES);

/** An instant within the horizon, to a hundredth of it. */
export function instantIn(horizonUs: number): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: 99 }).map((percent) => formatDuration(Math.floor(horizonUs / 100) * percent));
}

/** Faults on the resources of a design and on the links between them; `isStruck`: which resources, and the links that lead to them. */
export function faultScripts(
  design: ResolvedDesign,
  horizonUs: number,
  isStruck: (name: string) => boolean = () => true,
): fc.Arbitrary<readonly Document[]> {
  const when = fc.record({ at: instantIn(horizonUs), for: fc.constantFrom(...LENGTHS) });
  const kinds = [
    ...design.resources.filter(({ name }) => isStruck(name)).flatMap(onResource),
    ...linksOf(design)
      .filter(([, to]) => isStruck(to))
      .flatMap(onLink),
  ];
  if (kinds.length === 0) return fc.constant([]);
  const fault = fc.tuple(when, fc.oneof(...kinds)).map(([time, what]): Document => ({ ...time, ...what }));
  return fc.array(fault, { maxLength: MOST });
}

type Strikes = readonly fc.Arbitrary<Document>[];

function onResource(settings: ResourceSettings): Strikes {
  const { name: resource } = settings;
  const strike = (effect: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Document> =>
    fc.record({ resource: fc.constant(resource), ...effect });
  const slow = strike({ slow: fc.constantFrom('2x', '5x', '20x') });
  const down = strike({ down: fc.constant(true) });
  const errors = strike({ errors: share });
  const unreachable = strike({ unreachable: share });
  const loses = strike({ lose: losses });
  const duplicate = strike({ duplicate: share });
  const cutOff = strike({ cutOff: share });
  switch (settings.type) {
    case 'service':
      return [slow, down, errors, unreachable, loses];
    case 'sqs':
      // A FIFO queue leaves no copies behind.
      return [down, errors, unreachable, loses, ...(settings.fifo ? [] : [duplicate])];
    case 'sns':
      return [down, errors, unreachable, loses];
    case 'kinesis':
      return [down, errors, unreachable, loses, strike({ throttle: share })];
    case 'firehose':
      return [down, errors, unreachable, loses];
    case 'analytics':
      return [slow, strike({ crash: fc.constant(1) })];
    case 'video':
      return [down];
    case 'mq':
      return [
        down,
        strike({ down: fc.constant(true), zone: fc.constant('a') }),
        strike({ crash: share }),
        unreachable,
        strike({ disconnect: share }),
        strike({ maintenance: fc.constant(true) }),
      ];
    case 'consumer':
      // Crashes more often: what is in hand then is where most handlers go wrong.
      return [slow, strike({ crash: share }), strike({ crash: share }), down, ...(leases(settings) ? [cutOff] : [])];
    case 'lambda':
      return [slow, down, errors];
    case 'sink':
      return [down, errors];
  }
}

/** Whether its instances share leases. */
function leases(settings: Extract<ResourceSettings, { readonly type: 'consumer' }>): boolean {
  return 'stream' in settings && settings.stream.kcl !== undefined;
}

const losses = fc.oneof(
  share.map((replies) => ({ replies })),
  share.map((requests) => ({ requests })),
);

type Link = readonly [from: string, to: string];

function onLink([from, to]: Link): Strikes {
  const link = fc.constant([from, to]);
  return [fc.record({ link, lose: losses }), fc.record({ link, unreachable: share })];
}

/** Who calls whom, by name. */
export function linksOf({ entries, resources }: ResolvedDesign): Link[] {
  const links: Link[] = entries.map(({ traffic, resource }) => [traffic, resource]);
  for (const one of resources) {
    if (one.type === 'service') links.push(...one.calls.map(({ to }): Link => [one.name, to]));
    if (one.type === 'consumer' || one.type === 'lambda') {
      if (one.source !== null) links.push([one.name, one.source]);
      links.push(...one.handler.calls.map(({ to }): Link => [one.name, to]));
    }
    if (one.type === 'firehose') {
      for (const other of [one.source, one.to, one.bucket]) if (other !== null) links.push([one.name, other]);
    }
    if (one.type === 'sns') links.push(...one.subscriptions.map(({ to }): Link => [one.name, to]));
  }
  return links;
}
