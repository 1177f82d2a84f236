/** Each story, played by the model and by every real broker that is here: all answer as the story says. */
import { describe, expect, inject, test } from 'vitest';
import { RealAmqp } from './drivers/amqp-real.ts';
import { LITTLE_PATIENCE_MS, PATIENCE_MS } from './drivers/inbox.ts';
import { RealMqtt } from './drivers/mqtt-real.ts';
import { RealStomp } from './drivers/stomp-real.ts';
import type { Running } from './servers/start.ts';
import { amqpKillStories, amqpStories } from './stories/amqp.stories.ts';
import { mqttKillStories, mqttStories } from './stories/mqtt.stories.ts';
import { stompKillStories, stompStories } from './stories/stomp.stories.ts';
import { type Broker, expectedOf, type KillStory, type Story, type Told } from './story.ts';

const { rabbitmq, mosquitto, activemq } = inject('brokers');

/** One broker behind one protocol. */
interface Stage<Driver> {
  readonly broker: Broker;
  readonly running: Running;
  /** For one story. `name`: nobody else has it. */
  readonly driver: (name: string, patienceMs: number) => Driver & { end(): Promise<void> };
}

const portOf = ({ ports }: Running, protocol: string): number => ports[protocol] ?? 0;

const amqp: Stage<RealAmqp> = {
  broker: 'rabbitmq',
  running: rabbitmq,
  driver: (name) => new RealAmqp(portOf(rabbitmq, 'amqp'), name),
};

const stomp = (broker: Broker, running: Running): Stage<RealStomp> => ({
  broker,
  running,
  driver: (name, patienceMs) => new RealStomp(portOf(running, 'stomp'), name, patienceMs),
});

const mqtt = (broker: Broker, running: Running): Stage<RealMqtt> => ({
  broker,
  running,
  driver: (name, patienceMs) => new RealMqtt(portOf(running, 'mqtt'), name, patienceMs),
});

play('mqtt', mqtt('mosquitto', mosquitto), mqttStories);
play('mqtt', mqtt('rabbitmq', rabbitmq), mqttStories);
play('stomp', stomp('activemq', activemq), stompStories);
play('stomp', stomp('rabbitmq', rabbitmq), stompStories);
play('amqp', amqp, amqpStories);

// Last, since nothing else can run meanwhile.
playAroundKill(mosquitto, begun('mqtt', mqtt('mosquitto', mosquitto), mqttKillStories));
playAroundKill(activemq, begun('stomp', stomp('activemq', activemq), stompKillStories));
playAroundKill(rabbitmq, [
  ...begun('amqp', amqp, amqpKillStories),
  ...begun('mqtt', mqtt('rabbitmq', rabbitmq), mqttKillStories),
  ...begun('stomp', stomp('rabbitmq', rabbitmq), stompKillStories),
]);

function play<Driver>(protocol: string, { broker, running, driver }: Stage<Driver>, stories: readonly Story<Driver>[]) {
  describe(`${titleOf(protocol.toUpperCase(), running)}`, {
    concurrent: true,
    skip: running.missing !== undefined,
  }, () => {
    test.each(stories.map((story, i) => [story.name, story, i] as const))('%s', async (_, story, i) => {
      await isReady(running);
      const one = driver(`${protocol}-${i}`, patienceFor(story, broker));
      try {
        expect(await story.run(one)).toEqual(expectedOf(story, broker));
      } finally {
        await one.end();
      }
    });
  });
}

interface Begun {
  readonly title: string;
  readonly expected: readonly string[];
  readonly run: () => Promise<() => Promise<readonly string[]>>;
}

function begun<Driver>(protocol: string, stage: Stage<Driver>, stories: readonly KillStory<Driver>[]): Begun[] {
  return stories.map((story, i) => ({
    title: `${protocol.toUpperCase()}: ${story.name}`,
    expected: expectedOf(story, stage.broker),
    run: () => story.run(stage.driver(`${protocol}-kill-${i}`, patienceFor(story, stage.broker))),
  }));
}

/** All begin, the broker dies once, all go on. */
function playAroundKill(running: Running, stories: readonly Begun[]): void {
  describe(`${titleOf('A kill', running)}`, { skip: running.missing !== undefined }, () => {
    let rest: Promise<(() => Promise<readonly string[]>)[]> | undefined;
    const begin = async () => {
      await isReady(running);
      const later = await Promise.all(stories.map(({ run }) => run()));
      await ask(running, 'kill');
      return later;
    };
    test.each(stories.map(({ title, expected }, i) => [title, expected, i] as const))('%s', async (_, expected, i) => {
      rest ??= begin();
      expect(await (await rest)[i]?.()).toEqual(expected);
    });
  });
}

/** Where a broker is known to answer otherwise, a story may wait for what never comes. */
const patienceFor = ({ differs = [] }: Told, broker: Broker): number =>
  differs.some((one) => one.broker === broker) ? LITTLE_PATIENCE_MS : PATIENCE_MS;

function titleOf(protocol: string, { title, missing }: Running): string {
  return missing === undefined ? `${protocol}: ${title}` : `${protocol}: ${title}, skipped since ${missing}`;
}

const isReady = (running: Running): Promise<void> => ask(running, 'ready');

async function ask({ control }: Running, what: 'ready' | 'kill'): Promise<void> {
  const answer = await fetch(`${control}/${what}`, { method: 'POST' });
  if (!answer.ok) throw new Error(await answer.text());
}
