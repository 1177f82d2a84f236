/**
 * The cameras of a design, wired for one replication: each has a stream, and those who watch it.
 *
 *   fragment ─▶ Cameras ─ by its key, or in turn ─▶ Camera ─▶ VideoStream ─▶ LiveViewer, PlaybackViewer
 */
import type { Simulation } from '../kernel/index.ts';
import { type CameraFleetSettings, VideoStream } from '../services/video/index.ts';
import type { Callee, Caller, Counter, Level, Metrics, Observations } from '../services/ports.ts';
import { Camera } from '../workload/camera.ts';
import type { RequestTable } from '../workload/requests.ts';
import type { FaultSettings } from '../workload/settings.ts';
import { LiveViewer, PlaybackViewer } from '../workload/video-viewer.ts';

export class Cameras {
  readonly #sim: Simulation;
  readonly #requests: RequestTable;
  readonly #fleets = new Map<string, Fleet>();

  constructor(sim: Simulation, requests: RequestTable) {
    this.#sim = sim;
    this.#requests = requests;
  }

  add(settings: CameraFleetSettings, metrics: Metrics): void {
    this.#fleets.set(settings.name, new Fleet(this.#sim, settings, this.#requests, metrics));
  }

  has(name: string): boolean {
    return this.#fleets.has(name);
  }
  /** undefined: none are called so. */
  get(name: string): Callee | undefined {
    return this.#fleets.get(name);
  }

  start(): void {
    for (const fleet of this.#fleets.values()) fleet.start();
  }

  /** Begins what a fault does to cameras; empty where it strikes none. The returned functions end it. */
  strike(name: string, fault: FaultSettings): (() => void)[] {
    const fleet = this.#fleets.get(name);
    return fleet === undefined || !fault.down ? [] : fleet.cutOff();
  }
}

class Fleet implements Callee {
  readonly #requests: RequestTable;
  readonly #cameras: readonly Camera[];
  readonly #viewers: readonly { start(): void }[];

  constructor(sim: Simulation, settings: CameraFleetSettings, requests: RequestTable, metrics: Metrics) {
    this.#requests = requests;
    const shared = new SharedMetrics(metrics);
    const counters = {
      bytes: metrics.counter('HLS.OutgoingBytes', 'Bytes'),
      refused: metrics.counter('HLS.Refused', 'Count'),
    };
    const streams = Array.from({ length: settings.cameras }, () => new VideoStream(sim, settings, { metrics: shared }));
    this.#cameras = streams.map((stream) => new Camera(sim, settings, requests, stream));
    this.#viewers = streams.flatMap((stream) => [
      ...Array.from({ length: settings.viewers }, () => new LiveViewer(sim, settings, stream)),
      ...Array.from({ length: settings.playback }, () => new PlaybackViewer(sim, settings, stream, counters)),
    ]);
  }

  start(): void {
    for (const camera of this.#cameras) camera.start();
    for (const viewer of this.#viewers) viewer.start();
  }

  cutOff(): (() => void)[] {
    return this.#cameras.map((camera) => camera.cutOff());
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const key = this.#requests.key(request);
    const place = (key >= 0 ? key : this.#requests.ordinal(request)) % this.#cameras.length;
    const camera = this.#cameras[place] as Camera;
    const ticket = camera.call(request, path, caller, tag);
    return ticket < 0 ? ticket : ticket * this.#cameras.length + place;
  }
  abandon(ticket: number): void {
    const place = ticket % this.#cameras.length;
    this.#cameras[place]?.abandon((ticket - place) / this.#cameras.length);
  }
  disown(): void {}
}

/** One set of metrics for many streams: counts add up, and so do levels. */
class SharedMetrics implements Metrics {
  readonly #metrics: Metrics;
  readonly #counters = new Map<string, Counter>();
  readonly #levels = new Map<string, Level>();
  readonly #observations = new Map<string, Observations>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  counter(name: string, unit: string): Counter {
    return madeOnce(this.#counters, name, () => this.#metrics.counter(name, unit));
  }
  level(name: string, unit: string): Level {
    const total = madeOnce(this.#levels, name, () => this.#metrics.level(name, unit));
    let own = 0;
    const add = (difference: number): void => {
      own += difference;
      total.add(difference);
    };
    return { add, set: (level) => add(level - own) };
  }
  observations(name: string, unit: string): Observations {
    return madeOnce(this.#observations, name, () => this.#metrics.observations(name, unit));
  }
  age(name: string): ReturnType<Metrics['age']> {
    return this.#metrics.age(name);
  }
}

function madeOnce<T>(made: Map<string, T>, name: string, make: () => T): T {
  const known = made.get(name);
  if (known !== undefined) return known;
  const one = make();
  made.set(name, one);
  return one;
}
