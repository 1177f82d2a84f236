/** Each story, played by the model and by every real broker that is here: all answer as the story says. */
import { describe, expect, inject, test } from 'vitest';
import { RealAmqp } from './drivers/amqp-real.ts';
import type { Running } from './servers/start.ts';
import { amqpKillStories, amqpStories } from './stories/amqp.stories.ts';
import { type Broker, expectedOf, type KillStory, type Story } from './story.ts';

const { rabbitmq } = inject('brokers');

/** A driver for one story. `name`: of nobody else. */
interface Stage<Driver> {
  readonly broker: Broker;
  readonly running: Running;
  readonly driver: (name: string) => Driver & { end(): Promise<void> };
}

const amqp: Stage<RealAmqp> = {
  broker: 'rabbitmq',
  running: rabbitmq,
  driver: (name) => new RealAmqp(rabbitmq.ports['amqp'] ?? 0, name),
};

play('AMQP', amqp, amqpStories);
playAroundKill('AMQP', amqp, amqpKillStories);

function play<Driver>(protocol: string, { broker, running, driver }: Stage<Driver>, stories: readonly Story<Driver>[]) {
  describe(titleOf(protocol, running), { concurrent: true, skip: running.missing !== undefined }, () => {
    for (const [i, story] of stories.entries()) {
      test(story.name, async () => {
        await isReady(running);
        const one = driver(`${protocol}.${i}`);
        try {
          expect(await story.run(one)).toEqual(expectedOf(story, broker));
        } finally {
          await one.end();
        }
      });
    }
  });
}

/** All begin, the broker dies once, all go on. */
function playAroundKill<Driver>(
  protocol: string,
  { broker, running, driver }: Stage<Driver>,
  stories: readonly KillStory<Driver>[],
) {
  describe(`${titleOf(protocol, running)}, killed`, { skip: running.missing !== undefined }, () => {
    let rest: Promise<(() => Promise<readonly string[]>)[]> | undefined;
    const begin = async () => {
      await isReady(running);
      const begun = await Promise.all(stories.map((story, i) => story.run(driver(`${protocol}.kill.${i}`))));
      await ask(running, 'kill');
      return begun;
    };
    for (const [i, story] of stories.entries()) {
      test(story.name, async () => {
        rest ??= begin();
        expect(await (await rest)[i]?.()).toEqual(expectedOf(story, broker));
      });
    }
  });
}

function titleOf(protocol: string, { title, missing }: Running): string {
  return missing === undefined ? `${protocol}, ${title}` : `${protocol}, ${title}: skipped, since ${missing}`;
}

const isReady = (running: Running): Promise<void> => ask(running, 'ready');

async function ask({ control }: Running, what: 'ready' | 'kill'): Promise<void> {
  const answer = await fetch(`${control}/${what}`, { method: 'POST' });
  if (!answer.ok) throw new Error(await answer.text());
}
