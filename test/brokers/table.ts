/** All stories as the tables of docs/models/mq-brokers.md. */
import { amqpKillStories, amqpStories } from './stories/amqp.stories.ts';
import { mqttKillStories, mqttStories } from './stories/mqtt.stories.ts';
import { stompKillStories, stompStories } from './stories/stomp.stories.ts';
import type { Broker, Engine, Told } from './story.ts';

const TITLES: Readonly<Record<Engine, string>> = {
  rabbitmq: 'RabbitMQ 3.10',
  mosquitto: 'Mosquitto 2.0',
  activemq: 'ActiveMQ 5.17',
};

interface Named extends Told {
  readonly name: string;
}

export function tables(): string {
  return [
    section('AMQP 0-9-1', ['rabbitmq'], amqpStories, amqpKillStories),
    section('MQTT 3.1.1', ['mosquitto', 'rabbitmq'], mqttStories, mqttKillStories),
    section('STOMP 1.2', ['activemq', 'rabbitmq'], stompStories, stompKillStories),
  ].join('\n\n');
}

function section(title: string, engines: readonly Engine[], calm: readonly Named[], killed: readonly Named[]): string {
  const columns = engines.flatMap((engine): [string, Broker][] => [
    [TITLES[engine], engine],
    ['its model', `model of ${engine}`],
  ]);
  const rows = [...calm, ...killed].map((story) => [
    story.name,
    answer(story.expected),
    ...columns.map(([, broker]) => answerOf(story, broker)),
    [...new Set(story.differs?.map(({ why }) => why))].join('; '),
  ]);
  const head = ['story', 'answer', ...columns.map(([name]) => name), 'why they differ'];
  return [`### ${title}`, '', ...[head, head.map(() => '---'), ...rows].map(line)].join('\n');
}

/** `=`: as the story says. */
function answerOf({ differs = [] }: Told, broker: Broker): string {
  const of = (who: Broker): readonly string[] | undefined => differs.find((one) => one.broker === who)?.what;
  const engine = broker.replace('model of ', '') as Engine;
  const what = of(broker) ?? of(engine);
  return what === undefined ? '=' : answer(what);
}

const answer = (lines: readonly string[]): string =>
  lines.map((line) => `\`${line === '' ? ' ' : line}\``).join('<br>');

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
