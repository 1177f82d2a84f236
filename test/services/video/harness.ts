/** A video stream on its own kernel, a camera and viewers that write down what they are told. */
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type Acknowledgement,
  type Fragment,
  type FragmentInput,
  type VideoProducer,
  type VideoSettings,
  VideoStream,
  videoSettings,
  type Viewer,
} from '../../../src/services/video/index.ts';
import { Totals } from '../analytics/harness.ts';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const MB = 1e6;

export interface Heard extends Acknowledgement {
  readonly atUs: number;
  readonly tag: number;
}
export interface Seen extends Fragment {
  readonly atUs: number;
}

export class Watcher implements Viewer {
  readonly seen: Seen[] = [];
  ended = 0;
  readonly #sim: Simulation;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }
  onFragment(_tag: number, fragment: Fragment): void {
    this.seen.push({ ...fragment, atUs: this.#sim.now });
  }
  onEnd(): void {
    this.ended++;
  }
  get numbers(): number[] {
    return this.seen.map(({ FragmentNumber }) => FragmentNumber);
  }
}

export class Bench implements VideoProducer {
  readonly sim = new Simulation({ seed: 7, maxEvents: 1e6 });
  readonly metrics = new Totals();
  readonly stream: VideoStream;
  readonly heard: Heard[] = [];
  connection = -1;
  #timecodeUs = 0;

  constructor(changes: Partial<VideoSettings> = {}, Type: typeof VideoStream = VideoStream) {
    const settings = videoSettings({ name: 'door', dataRetentionHours: 24, ...changes });
    this.stream = new Type(this.sim, settings, { metrics: this.metrics });
  }

  onAcknowledgement(tag: number, acknowledgement: Acknowledgement): void {
    this.heard.push({ ...acknowledgement, atUs: this.sim.now, tag });
  }

  after(us: number): void {
    this.sim.run({ until: this.sim.now + us });
  }
  /** Opens the camera's connection; the code of an error, or null. */
  connect(tag = 0): string | null {
    const { error, connection } = this.stream.PutMedia(this, tag);
    if (error === null) this.connection = connection;
    return error === null ? null : error.code;
  }
  send(changes: Partial<FragmentInput> = {}): void {
    const durationUs = changes.durationUs ?? 2 * SECOND;
    this.stream.sendFragment(this.connection, { timecodeUs: this.#timecodeUs, durationUs, bytes: MB, ...changes });
    this.#timecodeUs += durationUs;
  }
  watcher(): Watcher {
    return new Watcher(this.sim);
  }
  /** Acknowledgements as `BUFFERING 1`. */
  told(): string[] {
    return this.heard.map(({ EventType, FragmentNumber }) => `${EventType} ${FragmentNumber}`);
  }
}
