/** Mistakes that everybody makes once: each is found, and told in at most ten lines and five messages. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { around, playWith, shrink, tryRange, writeScenario } from '../../src/search/index.ts';

const readText = (): undefined => undefined;

const scenario = (resources: string, rest: string): string => `
seed: 1
horizon: 10m
traffic: { orders: { rate: 20/s, size: 2KiB, key: { uniform: { keys: 100 } }, timeout: 3s, retry: sdk-standard } }
resources:
  db: { type: service, servers: 10, serviceTime: { lognormal: { mean: 80ms, cv: 0.5 } } }
  dead: { type: sqs }
  ordered-dead: { type: sqs, fifo: true }
${resources}
designs: { shop: { traffic: { orders: ${rest.startsWith('topic') ? 'topic' : 'inbox'} } } }
${rest.replace('topic', '')}
`;

const STANDARD =
  '  inbox: { type: sqs, visibilityTimeout: 30s, redrive: { maxReceiveCount: 5, deadLetterQueue: dead } }';
const FIFO =
  '  inbox: { type: sqs, fifo: true, visibilityTimeout: 30s, redrive: { maxReceiveCount: 5, deadLetterQueue: ordered-dead } }';
const workers = (settings: string, handler: string): string =>
  `  workers: { type: consumer, source: inbox, instances: 3, ${settings}handler: { ${handler} } }`;
const CALLS = 'time: 5ms, calls: [ { to: db, timeout: 5s } ]';

interface Classic {
  readonly name: string;
  readonly text: string;
  readonly breaks: string;
}

const CLASSICS: readonly Classic[] = [
  {
    name: 'a consumer that does not know a message again',
    text: scenario(`${STANDARD}\n${workers('', CALLS)}`, 'guarantees: [ at-most-once of workers ]'),
    breaks: 'at-most-once of workers',
  },
  {
    name: 'a visibility timeout shorter than the work',
    text: scenario(
      `  inbox: { type: sqs, visibilityTimeout: 1s }\n${workers('', 'time: { exponential: { mean: 400ms } }')}`,
      'guarantees: [ at-most-once of workers ]',
    ),
    breaks: 'at-most-once of workers',
  },
  {
    name: 'a standard queue where the order matters',
    text: scenario(`${STANDARD}\n${workers('', CALLS)}`, 'guarantees: [ order of workers ]'),
    breaks: 'order of workers',
  },
  {
    name: 'a consumer of a FIFO queue that works on a batch in parallel',
    text: scenario(`${FIFO}\n${workers('concurrency: 10, ', 'time: { exponential: { mean: 100ms } }')}`, ''),
    breaks: 'order of workers',
  },
  {
    name: 'a consumer of a FIFO queue that goes on with the next message after a failure',
    text: scenario(`${FIFO}\n${workers('', 'time: 20ms, failureRate: 10%')}`, ''),
    breaks: 'order of workers',
  },
  {
    name: 'a dead-letter queue that nobody reads, where all should be done',
    text: scenario(`${STANDARD}\n${workers('', CALLS)}`, 'guarantees: [ exactly-once of workers ]'),
    breaks: 'exactly-once of workers',
  },
  {
    name: 'a subscription without a dead-letter queue',
    text: scenario(
      `  topic: { type: sns, subscriptions: [ { to: inbox }, { to: hook } ] }\n${STANDARD}\n${workers('', CALLS)}\n  hook: { type: service, servers: 5, serviceTime: 5ms }`,
      'topic',
    ),
    breaks: 'no-loss of topic',
  },
  {
    name: 'a record that is put again since no answer came, where all should be done once',
    text: scenario(
      `  inbox: { type: kinesis, shards: 2 }\n${workers('fanOut: true, ', CALLS)}`,
      'guarantees: [ exactly-once of workers ]',
    ),
    breaks: 'exactly-once of workers',
  },
];

describe('is found in 200 runs, and fits on half a page', () => {
  test.each(CLASSICS)('$name', ({ text, breaks }) => {
    const outcome = parseScenario(text, { file: 'a.yaml', name: 'a', readText });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
    const play = playWith({ readText });
    const space = around(outcome.document, outcome.scenario, { messages: 300 });
    const isWanted = ({ guarantee, resource }: { guarantee: string; resource: string }): boolean =>
      `${guarantee} of ${resource}` === breaks;
    const only = (document: Parameters<typeof play>[0]): ReturnType<typeof play> => {
      const trial = play(document);
      return trial === null ? null : { ...trial, breaches: trial.breaches.filter(isWanted) };
    };
    const [found] = tryRange(space, only, { seed: '1', from: 0, to: 200, first: true }).found;
    if (found === undefined) throw new Error(`${breaks} was not found`);
    const { document, messages } = shrink(found.document, found.breach, only);
    const written = writeScenario(document);
    expect(messages, written).toBeLessThanOrEqual(5);
    expect(written.trimEnd().split('\n').length, written).toBeLessThanOrEqual(10);
    // What is written breaks it too, read as anybody's file.
    const again = parseScenario(written, { file: 'b.yaml', name: 'b', readText });
    expect(again.ok && only(again.document)?.breaches.length).toBe(1);
  });
});
