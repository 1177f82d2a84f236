/** Each story, played by the model and by every real broker that is here: all answer as the story says. */
import { describe, expect, inject, test } from 'vitest';
import { mosquitto as mosquittoSettings, rabbitMqtt } from '../../src/services/mq/index.ts';
import { ModelAmqp } from './drivers/amqp-model.ts';
import type { AmqpDriver } from './drivers/amqp.ts';
import { RealAmqp } from './drivers/amqp-real.ts';
import { LITTLE_PATIENCE_MS, PATIENCE_MS } from './drivers/inbox.ts';
import { ModelMqtt } from './drivers/mqtt-model.ts';
import type { MqttDriver } from './drivers/mqtt.ts';
import { RealMqtt } from './drivers/mqtt-real.ts';
import { ModelStomp } from './drivers/stomp-model.ts';
import type { StompDriver } from './drivers/stomp.ts';
import { RealStomp } from './drivers/stomp-real.ts';
import type { Running } from './servers/start.ts';
import { amqpKillStories, amqpStories } from './stories/amqp.stories.ts';
import { mqttKillStories, mqttStories } from './stories/mqtt.stories.ts';
import { stompKillStories, stompStories } from './stories/stomp.stories.ts';
import { type Engine, expectedOf, type KillStory, type Story, type Told } from './story.ts';

const running = inject('brokers');

/** One engine behind one protocol, as a model and in truth. */
interface Stage<Driver> {
  readonly protocol: 'amqp' | 'mqtt' | 'stomp';
  readonly engine: Engine;
  readonly stories: readonly Story<Driver>[];
  readonly killStories: readonly KillStory<Driver>[];
  readonly model: () => Driver & { kill(): Promise<void> };
  /** For one story. `name`: nobody else has it. */
  readonly real: (port: number, name: string, patienceMs: number) => Driver & { end(): Promise<void> };
}

const ofMqtt = { protocol: 'mqtt', stories: mqttStories, killStories: mqttKillStories } as const;
const ofStomp = { protocol: 'stomp', stories: stompStories, killStories: stompKillStories } as const;
const realMqtt = (...of: ConstructorParameters<typeof RealMqtt>) => new RealMqtt(...of);
const realStomp = (...of: ConstructorParameters<typeof RealStomp>) => new RealStomp(...of);

const amqp: Stage<AmqpDriver> = {
  protocol: 'amqp',
  engine: 'rabbitmq',
  stories: amqpStories,
  killStories: amqpKillStories,
  model: () => new ModelAmqp(),
  real: (port, name) => new RealAmqp(port, name),
};
/** As our real one is set up: with a disk. */
const kept = { ...mosquittoSettings, storage: 'disk' } as const;
const mqttOfMosquitto: Stage<MqttDriver> = {
  ...ofMqtt,
  engine: 'mosquitto',
  model: () => new ModelMqtt(kept),
  real: realMqtt,
};
const mqttOfRabbit: Stage<MqttDriver> = {
  ...ofMqtt,
  engine: 'rabbitmq',
  model: () => new ModelMqtt(rabbitMqtt),
  real: realMqtt,
};
const stompOfActive: Stage<StompDriver> = {
  ...ofStomp,
  engine: 'activemq',
  model: () => new ModelStomp('activemq'),
  real: realStomp,
};
const stompOfRabbit: Stage<StompDriver> = {
  ...ofStomp,
  engine: 'rabbitmq',
  model: () => new ModelStomp('rabbitmq'),
  real: realStomp,
};

// RabbitMQ takes longest to be ready, and is asked last.
for (const play of [playModel, playReal]) {
  play(mqttOfMosquitto);
  play(stompOfActive);
  play(mqttOfRabbit);
  play(stompOfRabbit);
  play(amqp);
}
// Nothing else can run meanwhile, but the brokers can die at once.
playAroundKills([
  ['mosquitto', begun(mqttOfMosquitto)],
  ['activemq', begun(stompOfActive)],
  ['rabbitmq', [...begun(amqp), ...begun(mqttOfRabbit), ...begun(stompOfRabbit)]],
]);

function playModel<Driver>({ protocol, engine, stories, killStories, model }: Stage<Driver>): void {
  describe(`${protocol.toUpperCase()}: the model of ${running[engine].title}`, () => {
    test.each(stories.map((story) => [story.name, story] as const))('%s', async (_, story) => {
      expect(await story.run(model())).toEqual(expectedOf(story, engine, true));
    });
    test.each(killStories.map((story) => [story.name, story] as const))('killed: %s', async (_, story) => {
      const driver = model();
      const goOn = await story.run(driver);
      await driver.kill();
      expect(await goOn()).toEqual(expectedOf(story, engine, true));
    });
  });
}

function playReal<Driver>({ protocol, engine, stories, real }: Stage<Driver>): void {
  const { missing, ports } = running[engine];
  describe(`${protocol.toUpperCase()}: ${titleOf(engine)}`, { concurrent: true, skip: missing !== undefined }, () => {
    test.each(stories.map((story, i) => [story.name, story, i] as const))('%s', async (_, story, i) => {
      await ask(running[engine], 'ready');
      const driver = real(ports[protocol] ?? 0, `${protocol}-${i}`, patienceFor(story, engine));
      try {
        expect(await story.run(driver)).toEqual(expectedOf(story, engine, false));
      } finally {
        await driver.end();
      }
    });
  });
}

interface Begun {
  readonly title: string;
  readonly expected: readonly string[];
  readonly run: () => Promise<() => Promise<readonly string[]>>;
}

function begun<Driver>({ protocol, engine, killStories, real }: Stage<Driver>): Begun[] {
  const port = running[engine].ports[protocol] ?? 0;
  return killStories.map((story, i) => ({
    title: `${protocol.toUpperCase()}: ${story.name}`,
    expected: expectedOf(story, engine, false),
    run: () => story.run(real(port, `${protocol}-kill-${i}`, patienceFor(story, engine))),
  }));
}

/** All stories of a broker begin, it dies once, all go on. */
function playAroundKills(all: readonly (readonly [Engine, readonly Begun[]])[]): void {
  type Rest = () => Promise<readonly string[]>;
  const begin = async (engine: Engine, stories: readonly Begun[]): Promise<Rest[]> => {
    await ask(running[engine], 'ready');
    const later = await Promise.all(stories.map(({ run }) => run()));
    await ask(running[engine], 'kill');
    return later;
  };
  const here = all.filter(([engine]) => running[engine].missing === undefined);
  let rests: Map<Engine, Promise<Rest[]>> | undefined;
  for (const [engine, stories] of all) {
    describe(`Killed: ${titleOf(engine)}`, { skip: running[engine].missing !== undefined }, () => {
      test.each(stories.map(({ title, expected }, i) => [title, expected, i] as const))(
        '%s',
        async (_, expected, i) => {
          rests ??= new Map(here.map(([one, its]) => [one, begin(one, its)]));
          expect(await (await rests.get(engine))?.[i]?.()).toEqual(expected);
        },
      );
    });
  }
}

/** Where a broker is known to answer otherwise, a story may wait for what never comes. */
const patienceFor = ({ differs = [] }: Told, engine: Engine): number =>
  differs.some((one) => one.broker === engine) ? LITTLE_PATIENCE_MS : PATIENCE_MS;

function titleOf(engine: Engine): string {
  const { title, missing } = running[engine];
  return missing === undefined ? title : `${title}, skipped since ${missing}`;
}

async function ask({ control }: Running, what: 'ready' | 'kill'): Promise<void> {
  const answer = await fetch(`${control}/${what}`, { method: 'POST' });
  if (!answer.ok) throw new Error(await answer.text());
}
