/**
 * Clients that publish to each other through a broker over lines that are cut, and brokers that are killed; then all comes to rest, and what everybody had is compared with
 * what MQTT promises. Says what is wrong, in words.
 */
import fc from 'fast-check';
import { Simulation } from '../../../../src/kernel/index.ts';
import { Disk } from '../../../../src/services/mq/index.ts';
import {
  MqttBroker,
  type MqttSettings,
  mosquitto,
  type PublishPacket,
  type Qos,
} from '../../../../src/services/mq/mqtt/index.ts';
import { MqttSession, type MqttSessionOwner } from '../../../../src/workload/mq/mqtt-client.ts';
import { LossyLine, type Tap } from './lossy-line.ts';

type Step =
  | {
      readonly do: 'publish';
      readonly client: number;
      readonly topic: number;
      readonly retain: boolean;
      readonly again: boolean;
    }
  | { readonly do: 'cut'; readonly client: number; readonly noticedMs: number; readonly backMs: number }
  | { readonly do: 'leave'; readonly client: number; readonly backMs: number }
  | { readonly do: 'kill'; readonly downMs: number }
  | { readonly do: 'wait'; readonly ms: number };

export interface Play {
  readonly settings: Pick<MqttSettings, 'qos2Forward' | 'maxInflight' | 'storage'> & Partial<MqttSettings>;
  readonly clientWindow: number;
  readonly diskMs: number;
  /** Wanted by each client. */
  readonly wanted: readonly Qos[];
  readonly steps: readonly Step[];
}

const CLIENTS = 3;
/** The topic says the QoS with which it is published to. */
const TOPICS = ['t/0', 't/1', 't/2'];
/** So few that they are used again within a play. */
const PACKET_IDS = 5;
const MS = 1000;
const QUIET_MS = 400;

const ms = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const client = fc.integer({ min: 0, max: CLIENTS - 1 });
const publish = fc.record({
  do: fc.constant('publish' as const),
  client,
  topic: fc.integer({ min: 0, max: 2 }),
  retain: fc.boolean(),
  again: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});

export const plays: fc.Arbitrary<Play> = fc
  .record({
    qos2Forward: fc.constantFrom('onPublish' as const, 'onRelease' as const),
    maxInflight: fc.integer({ min: 1, max: 3 }),
    storage: fc.constantFrom('none' as const, 'disk' as const),
  })
  .chain((settings) =>
    fc.record({
      settings: fc.constant(settings),
      clientWindow: fc.integer({ min: 1, max: 3 }),
      diskMs: ms(4),
      wanted: fc.tuple(...Array.from({ length: CLIENTS }, () => fc.constantFrom<Qos>(0, 1, 2, 2))),
      steps: fc.array(
        fc.oneof(
          { weight: 8, arbitrary: publish },
          {
            weight: 3,
            arbitrary: fc.record({ do: fc.constant('cut' as const), client, noticedMs: ms(20), backMs: ms(15) }),
          },
          { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), client, backMs: ms(15) }) },
          { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: ms(6) }) },
          {
            weight: settings.storage === 'disk' ? 1 : 0,
            arbitrary: fc.record({ do: fc.constant('kill' as const), downMs: ms(10) }),
          },
        ),
        { maxLength: 40, size: 'max' },
      ),
    }),
  );

interface Published {
  readonly topic: number;
  readonly publisher: number;
  readonly qos: Qos;
  times: number;
}

/** A client, its line, and all that it was given. */
class Player implements MqttSessionOwner, Tap {
  readonly name: string;
  readonly got: { readonly body: number; readonly qos: Qos }[] = [];
  readonly session: MqttSession;
  line: LossyLine | null = null;
  /** Connections that the broker took, that ended by DISCONNECT, and that a kill ended. */
  admitted = 0;
  left = 0;
  killed = 0;
  readonly #stage: World;
  readonly #underWay = new Set<number>();
  #saidHere = new Set<number>();
  #awayMs = 0;

  constructor(stage: World, name: string, clientWindow: number) {
    this.#stage = stage;
    this.name = name;
    const will = { topic: `will/${name}`, body: -1, bytes: 1, qos: 1 as const, retain: false };
    const settings = { clientId: name, cleanSession: false, keepAliveS: 0, will, acknowledge: 'onDelivery' as const };
    this.session = new MqttSession({ ...settings, maxInflight: clientWindow, packetIds: PACKET_IDS }, this);
  }

  connect(): void {
    const { sim, broker } = this.#stage;
    const line = LossyLine.open(sim, broker, this.session, MS, this.#stage.tapOf(this));
    if (line === null) this.#backLater(5);
    else {
      this.line = line;
      this.session.attach(line.toBroker);
    }
  }

  cut(noticedMs: number, backMs: number): void {
    this.#awayMs = backMs;
    this.line?.cut(noticedMs * MS);
  }

  leave(backMs: number): void {
    this.#awayMs = backMs;
    if (this.session.isConnected) this.session.disconnect();
  }

  onDelivered({ body, qos, topic, retain }: Readonly<PublishPacket>): void {
    if (topic.startsWith('t/') && !retain) this.got.push({ body, qos });
    else if (topic.startsWith('will/')) this.#stage.onWill(topic.slice(5));
  }
  onPublished(): void {}
  onConnected(): void {}
  onRefused(): void {
    this.#stage.complain(`${this.name} was refused`);
  }
  onSubscribed(): void {}
  onDisconnected(): void {
    this.#backLater(this.#awayMs);
    this.#awayMs = 0;
  }

  // What the broker says and hears.
  said(kind: 'CONNACK' | 'PUBLISH' | 'PUBREL', packetId: number, packet: Readonly<PublishPacket> | null): void {
    if (kind === 'CONNACK') {
      this.admitted++;
      this.#saidHere = new Set();
    }
    if (kind !== 'PUBLISH' || packet === null || packet.qos === 0) return;
    if (this.#saidHere.has(packetId)) this.#stage.complain(`${this.name}: #${packetId} twice on one line`);
    if (packet.dup !== this.#underWay.has(packetId))
      this.#stage.complain(`${this.name}: #${packetId} dup ${packet.dup}`);
    this.#saidHere.add(packetId);
    this.#underWay.add(packetId);
    if (this.#underWay.size > this.#stage.window) this.#stage.complain(`${this.name}: more than the window under way`);
  }
  heard(kind: 'PUBACK' | 'PUBREC' | 'PUBCOMP' | 'DISCONNECT', packetId: number): void {
    if (kind === 'PUBREC' || kind === 'DISCONNECT') return;
    this.#underWay.delete(packetId);
    this.#saidHere.delete(packetId);
  }
  ended(): void {}

  #backLater(afterMs: number): void {
    this.#stage.sim.schedule(afterMs * MS, () => this.connect(), 0);
  }
}

class World {
  readonly sim = new Simulation({ seed: 1 });
  readonly broker: MqttBroker;
  readonly window: number;
  readonly players: readonly Player[];
  readonly wills = new Map<string, number>();
  readonly published = new Map<number, Published>();
  readonly wrong: string[] = [];
  readonly #disk: Disk;
  readonly #last: (number | undefined)[] = [];

  constructor({ settings, clientWindow, diskMs }: Play) {
    this.window = settings.maxInflight;
    this.#disk = new Disk(this.sim, { latencyUs: diskMs * MS });
    const all = { ...mosquitto, willAtTakeover: 'always' as const, maxQueued: 0, ...settings };
    this.broker = new MqttBroker(this.sim, all, { disk: this.#disk, packetIds: PACKET_IDS });
    this.players = Array.from({ length: CLIENTS }, (_, i) => new Player(this, `c${i}`, clientWindow));
  }

  /** Connections follow each other; only the last one's end counts. */
  tapOf(player: Player): Tap {
    let isOpen = false;
    return {
      said: (kind, id, packet) => {
        if (kind === 'CONNACK') isOpen = true;
        player.said(kind, id, packet);
      },
      heard: (kind, id) => {
        if (!isOpen) return;
        if (kind === 'DISCONNECT') player.left++;
        else player.heard(kind, id);
      },
      ended: () => {
        if (isOpen && this.#isDying) player.killed++;
        isOpen = false;
      },
    };
  }

  #isDying = false;
  kill(downMs: number): void {
    this.#isDying = true;
    this.#disk.lose();
    this.broker.kill();
    this.#isDying = false;
    this.sim.schedule(downMs * MS, () => this.broker.restart(), 0);
  }

  publish(player: number, topic: number, retain: boolean, again: boolean): void {
    const last = this.#last[player];
    const before = again && last !== undefined ? this.published.get(last) : undefined;
    const body = before !== undefined ? (last as number) : this.published.size + 1;
    const place = before?.topic ?? topic;
    const { session } = this.players[player] as Player;
    if (!session.publish(TOPICS[place] as string, body, 10, place as Qos, retain, 0)) return;
    if (before !== undefined) before.times++;
    else this.published.set(body, { topic: place, publisher: player, qos: place as Qos, times: 1 });
    this.#last[player] = body;
    if (retain) this.retained[place] = { body, by: new Set([...(this.retained[place]?.by ?? []), player]) };
  }
  /** The last that was to be retained of each topic, and all who had one. */
  readonly retained: ({ body: number; by: Set<number> } | undefined)[] = [];

  onWill(name: string): void {
    this.wills.set(name, (this.wills.get(name) ?? 0) + 1);
  }
  complain(what: string): void {
    this.wrong.push(what);
  }
  wait(ms: number): void {
    this.sim.run({ until: this.sim.now + ms * MS });
  }
}

/** What is wrong; empty: nothing. */
export function faults(play: Play): string[] {
  const world = new World(play);
  const { players } = world;
  const watcher = watch(world);
  for (const [i, player] of players.entries()) {
    player.session.subscribe([{ filter: 't/#', qos: play.wanted[i] as Qos }]);
    player.connect();
  }
  world.wait(QUIET_MS);
  for (const step of play.steps) {
    const player = 'client' in step ? (players[step.client] as Player) : null;
    if (step.do === 'publish') world.publish(step.client, step.topic, step.retain, step.again);
    else if (step.do === 'cut') player?.cut(step.noticedMs, step.backMs);
    else if (step.do === 'leave') player?.leave(step.backMs);
    else if (step.do === 'kill') world.kill(step.downMs);
    else world.wait(step.ms);
  }
  world.wait(QUIET_MS);
  for (const player of players) judge(world, player, play.wanted[players.indexOf(player)] as Qos);
  judgeWills(
    world,
    play.steps.some((step) => step.do === 'kill'),
  );
  judgeRetained(world, watcher);
  return world.wrong;
}

/** Somebody whose line is never cut, for the wills: a session of its own, kept through kills. */
function watch(world: World): () => Map<string, number> {
  const retained = new Map<string, number>();
  const session = new MqttSession(
    { clientId: 'w', cleanSession: false, keepAliveS: 0, will: null, maxInflight: 0, acknowledge: 'onDelivery' },
    {
      onDelivered: ({ topic, body, retain }) => {
        if (topic.startsWith('will/')) world.onWill(topic.slice(5));
        if (retain) retained.set(topic, body);
      },
      onPublished: () => undefined,
      onConnected: () => undefined,
      onRefused: () => undefined,
      onSubscribed: () => undefined,
      onDisconnected: () => world.sim.schedule(0, connect, 0),
    },
  );
  const connect = (): void => {
    const connection = world.broker.connect(session);
    if (connection === null) world.sim.schedule(MS, connect, 0);
    else session.attach(connection);
  };
  session.subscribe([{ filter: 'will/#', qos: 1 }]);
  connect();
  return () => {
    session.subscribe([{ filter: 't/#', qos: 1 }]);
    world.wait(QUIET_MS);
    return retained;
  };
}

function judge(world: World, player: Player, wanted: Qos): void {
  const times = new Map<number, number>();
  for (const { body } of player.got) times.set(body, (times.get(body) ?? 0) + 1);
  for (const [body, { qos, times: sent }] of world.published) {
    const had = times.get(body) ?? 0;
    const what = `${player.name} had ${body} (QoS ${qos}, wanted ${wanted}) ${had} times of ${sent}`;
    if (Math.min(qos, wanted) > 0 && had < sent) world.complain(`lost: ${what}`);
    if ((qos === 0 || (qos === 2 && wanted !== 1)) && had > sent) world.complain(`too often: ${what}`);
  }
  for (const body of times.keys()) if (!world.published.has(body)) world.complain(`${player.name}: unknown ${body}`);
  judgeOrder(world, player, wanted);
}

/** First occurrences of what one client published once to one topic. With QoS 1 taken as 0 the first copy may be lost, and a second come late. */
function judgeOrder(world: World, player: Player, wanted: Qos): void {
  const lastOf = new Map<string, number>();
  const seen = new Set<number>();
  for (const { body } of player.got) {
    const published = world.published.get(body);
    if (published === undefined || published.times > 1 || seen.has(body)) continue;
    seen.add(body);
    if (published.qos === 1 && wanted === 0) continue;
    const key = `${published.publisher} ${published.topic}`;
    if ((lastOf.get(key) ?? 0) > body) world.complain(`${player.name}: ${body} after ${lastOf.get(key)}`);
    lastOf.set(key, body);
  }
}

/** One for each connection that ended, but not by DISCONNECT or a kill. All are connected at the end. A will on its way to the disk is lost in a kill. */
function judgeWills(world: World, isKilled: boolean): void {
  for (const player of world.players) {
    const expected = player.admitted - 1 - player.left - player.killed;
    const had = world.wills.get(player.name) ?? 0;
    if (had > expected || (had < expected && !isKilled)) world.complain(`${player.name}: ${had} wills of ${expected}`);
  }
}

function judgeRetained(world: World, watcher: () => Map<string, number>): void {
  const retained = watcher();
  for (const [topic, last] of world.retained.entries()) {
    if (last === undefined || topic === 0 || last.by.size > 1) continue;
    const had = retained.get(TOPICS[topic] as string);
    if (had !== last.body) world.complain(`retained of ${TOPICS[topic]}: ${had}, expected ${last.body}`);
  }
}
