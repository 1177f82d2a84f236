/** Publishes on their way to the disk, in the order in which they came; handed on when they are committed. */
import type { Disk } from '../broker/disk.ts';
import type { Job } from '../broker/job-ring.ts';
import type { BodyHolds } from './message-table.ts';
import type { PublishPacket, Qos } from './operations.ts';
import type { Line, Session } from './session.ts';

/** The part of a node's disk that is needed: it commits in order. */
export type DiskPort = Pick<Disk, 'write'>;

/** A publish that the broker took in. */
export interface Intake {
  topic: string;
  body: number;
  bytes: number;
  /** As it is handed on. */
  qos: Qos;
  retain: boolean;
  packetId: number;
  /** Who is told; null: it is a will. */
  line: Line | null;
  session: Session | null;
}

export class Storage {
  readonly #disk: DiskPort | null;
  readonly #onStored: (intake: Intake) => void;
  /** What is on its way to the disk has its body held. */
  readonly #holds: BodyHolds | null;
  #waiting: Intake[] = [];
  #head = 0;
  #life = 0;
  readonly #job: Job = { onDone: (life) => this.#committed(life), onLost: () => undefined };
  readonly #now: Intake = {
    topic: '',
    body: 0,
    bytes: 0,
    qos: 0,
    retain: false,
    packetId: 0,
    line: null,
    session: null,
  };

  constructor(disk: DiskPort | null, onStored: (intake: Intake) => void, holds: BodyHolds | null = null) {
    this.#holds = holds;
    this.#disk = disk;
    this.#onStored = onStored;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** QoS 0 is never stored: it is handed on at once. */
  take(packet: Readonly<PublishPacket>, qos: Qos, line: Line | null, session: Session | null): void {
    const stores = this.#disk !== null && qos > 0;
    const intake = stores ? { ...this.#now } : this.#now;
    intake.topic = packet.topic;
    intake.body = packet.body;
    intake.bytes = packet.bytes;
    intake.qos = qos;
    intake.retain = packet.retain;
    intake.packetId = packet.packetId;
    intake.line = line;
    intake.session = session;
    if (!stores) this.#onStored(intake);
    else {
      this.#holds?.retain(packet.body);
      this.#waiting.push(intake);
      this.#disk.write(packet.bytes, this.#job, this.#life, 0);
    }
  }

  /** The node died. */
  lose(): void {
    this.#life++;
    for (const { body } of this.#waiting.slice(this.#head)) this.#holds?.release(body);
    this.#waiting = [];
    this.#head = 0;
  }

  #committed(life: number): void {
    if (life !== this.#life) return;
    const intake = this.#waiting[this.#head++] as Intake;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    this.#onStored(intake);
    this.#holds?.release(intake.body);
  }
}
