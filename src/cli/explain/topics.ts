/** What can be explained, and what is known of each: all of it comes from the readers, the facts and the example. */
import * as facts from '../../facts/index.ts';
import {
  type Assumption,
  FIELDS,
  LATENCY_STATISTICS,
  METRIC_STATISTICS,
  METRICS,
  RESOURCE_TYPES,
  RESPONSE_FIELDS,
  scenarioJsonSchema,
} from '../../scenario/index.ts';
import { assumptionsOf } from './example.ts';
import { definition, property, type Setting, settingsOf } from './settings.ts';

export interface Topic {
  readonly name: string;
  readonly about: string;
}

export interface Explanation extends Topic {
  readonly settings: readonly Setting[];
  /** What an objective may speak of, with the statistics that each has. */
  readonly figures: readonly { readonly name: string; readonly statistics: readonly string[] }[];
  readonly facts: readonly facts.Fact[];
  readonly assumptions: readonly Assumption[];
}

type Schema = ReturnType<typeof scenarioJsonSchema>;

interface Source extends Topic {
  readonly schema: (root: Schema) => Schema | undefined;
  /** First words of the ids of its facts. */
  readonly facts: readonly string[];
}

const OF_TYPES: Readonly<Record<string, string>> = {
  service: 'A synchronous service: servers behind a bounded line, and the calls it makes.',
  sqs: 'An Amazon SQS queue.',
  consumer: 'What reads a queue or a stream and handles what it brings.',
  lambda: 'An AWS Lambda function, with its event source mapping of a queue, a stream or a broker.',
  sns: 'An Amazon SNS topic, with its subscriptions.',
  kinesis: 'A stream of Amazon Kinesis Data Streams.',
  firehose: 'A delivery stream of Amazon Data Firehose.',
  analytics: 'An application of Managed Service for Apache Flink: it counts the records of a stream in windows.',
  video: 'Cameras that send fragments to Amazon Kinesis Video Streams, and who watches them.',
  sink: 'What a topic delivers to and nobody models further: an address, a telephone, a stream.',
};
/** Facts that belong to a topic of another name. */
const OTHER_FACTS: Readonly<Record<string, readonly string[]>> = {
  analytics: ['flink'],
  video: ['kvs'],
  mq: ['activemq', 'rabbitmq'],
  calls: ['sdk'],
  service: ['autoscaling', 'scaling', 'cloudwatch'],
  consumer: ['autoscaling', 'scaling', 'cloudwatch'],
};

const PARTS: readonly Source[] = [
  {
    name: 'scenario',
    about: 'The root: seed, horizon, replications, and the named parts.',
    schema: (root) => root,
    facts: [],
  },
  {
    name: 'traffic',
    about: 'The load from outside: a rate, a recording or users.',
    schema: part('traffic'),
    facts: [],
  },
  {
    name: 'calls',
    about: 'How one part calls a service: timeout, retries, breaker, network.',
    schema: (root) => property(definition(root, 'service'), 'calls')?.['items'] as Schema | undefined,
    facts: [],
  },
  { name: 'faults', about: 'What goes wrong by script.', schema: part('fault'), facts: [] },
  { name: 'objectives', about: 'What a design must keep to.', schema: part('objective'), facts: [] },
  {
    name: 'distributions',
    about: 'What may stand wherever a duration or a size may vary.',
    schema: part('durations'),
    facts: [],
  },
];

function part(name: string): (root: Schema) => Schema | undefined {
  return (root) => definition(root, name);
}

const SOURCES: readonly Source[] = [
  ...RESOURCE_TYPES.map(
    (name): Source => ({ name, about: OF_TYPES[name] ?? 'A type of resource.', schema: part(name), facts: [name] }),
  ),
  ...PARTS,
];

/** The list of each service, as the room of facts shows them. */
const ALL_FACTS: readonly facts.Fact[] = Object.entries(facts).flatMap(([name, one]) =>
  name.endsWith('FactList') ? (one as readonly facts.Fact[]) : [],
);

/** Everything that can be explained. */
export const TOPICS: readonly Topic[] = SOURCES.map(({ name, about }) => ({ name, about }));

/** undefined: no topic of that name. */
export function explanationOf(name: string): Explanation | undefined {
  const source = SOURCES.find((one) => one.name === name);
  if (source === undefined) return undefined;
  const root = scenarioJsonSchema();
  const schema = source.schema(root);
  const words = [...source.facts, ...(OTHER_FACTS[name] ?? [])];
  return {
    name,
    about: source.about,
    settings: schema === undefined ? [] : ownSettings(name, settingsOf(schema, root)),
    figures: figuresOf(name),
    facts: ALL_FACTS.filter(({ id }) => words.includes(id.split('.')[0] ?? '')),
    assumptions: assumptionsOf(name),
  };
}

/** What is inside a call, a traffic or a resource is told there. */
function ownSettings(topic: string, all: readonly Setting[]): Setting[] {
  const inner = /(^|\.)calls\[\]/;
  const named = /^(traffic|resources|designs|faults|objectives)(\.|\[)/;
  return all.filter(({ path }) => path !== 'type' && !inner.test(path) && !(topic === 'scenario' && named.test(path)));
}

function figuresOf(topic: string): Explanation['figures'] {
  const metrics = METRICS[topic];
  if (metrics !== undefined) {
    return [...metrics].map(([name, { kind }]) => ({ name: `metrics.${name}`, statistics: METRIC_STATISTICS[kind] }));
  }
  if (topic !== 'objectives') return [];
  const short = [...FIELDS].filter(([name, { field }]) => name === field.replace(/(Ms|PerSecond)$/, ''));
  return short.map(([name, { field, unit }]) => ({
    name,
    statistics: [
      ...(/^(completion|response)Ms$/.test(field) ? LATENCY_STATISTICS : unit === 'count' ? ['share'] : []),
      ...(field === 'responseMs' ? RESPONSE_FIELDS : []),
    ],
  }));
}

/** Words that nearly every setting bears. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  'message',
  'messages',
  'max',
  'maximum',
  'time',
  'size',
  'period',
  'timeout',
]);

/** Facts whose id speaks of the setting: `visibilityTimeout` and `sqs.visibility.max`. */
export function factsAbout(path: string, of: readonly facts.Fact[]): facts.Fact[] {
  const words = path
    .replaceAll('[]', '')
    .split(/\.|(?=[A-Z])/)
    .map((word) => word.toLowerCase());
  const telling = words.filter((word) => !EMPTY_WORDS.has(word));
  const wanted = telling.length > 0 ? telling : [words.join('_')];
  return of.filter(({ id }) => {
    const spoken = id.split('.').slice(1).join('.');
    const parts = spoken.split(/[._]/);
    return wanted.some((word) => parts.includes(word) || (word.includes('_') && spoken.includes(word)));
  });
}
