/** Who watches a camera: by GetMedia, where a connection waits for what comes; or by HLS, with a playlist and a request for each fragment that is new in it. */
import type { Simulation } from '../kernel/index.ts';
import type { Counter } from '../services/ports.ts';
import type { VideoOperations, Viewer } from '../services/video/operations.ts';
import type { CameraFleetSettings } from '../services/video/settings.ts';

/** Takes all that comes, from now on. Refused, it asks again. */
export class LiveViewer implements Viewer {
  readonly #ask: () => void;

  constructor(sim: Simulation, { reconnectUs }: CameraFleetSettings, stream: VideoOperations) {
    this.#ask = () => {
      const { error } = stream.GetMedia({ Type: 'NOW' }, this, 0);
      if (error !== null) sim.schedule(reconnectUs, this.#ask, undefined);
    };
  }

  start(): void {
    this.#ask();
  }
  onFragment(): void {}
  onEnd(): void {}
}

export interface PlaybackCounters {
  /** What HLS has brought, bytes. */
  readonly bytes: Counter;
  readonly refused: Counter;
}

/** Looks into its playlist once a fragment, and begins another session when its own is over. */
export class PlaybackViewer {
  readonly #sim: Simulation;
  readonly #settings: CameraFleetSettings;
  readonly #stream: VideoOperations;
  readonly #counters: PlaybackCounters;
  /** -1: it has none. */
  #session = -1;
  #last = -1;
  readonly #look = (): void => {
    this.#lookNow();
    this.#sim.schedule(this.#settings.fragmentUs, this.#look, undefined);
  };

  constructor(sim: Simulation, settings: CameraFleetSettings, stream: VideoOperations, counters: PlaybackCounters) {
    this.#sim = sim;
    this.#settings = settings;
    this.#stream = stream;
    this.#counters = counters;
  }

  start(): void {
    this.#look();
  }

  #lookNow(): void {
    if (this.#session === -1) this.#begin();
    if (this.#session === -1) return;
    const { error, Fragments } = this.#stream.GetPlaylist(this.#session);
    if (error !== null) {
      this.#counters.refused.add(1);
      this.#session = -1;
      return;
    }
    for (const { FragmentNumber } of Fragments) {
      if (FragmentNumber <= this.#last) continue;
      const { fragment } = this.#stream.GetMediaFragment(this.#session, FragmentNumber);
      if (fragment === null) this.#counters.refused.add(1);
      else {
        this.#counters.bytes.add(fragment.bytes);
        this.#last = FragmentNumber;
      }
    }
  }

  #begin(): void {
    const { error, session } = this.#stream.GetStreamingSessionURL('HLS');
    if (error !== null) {
      this.#counters.refused.add(1);
      return;
    }
    this.#session = session;
    if (this.#stream.GetInitFragment(session) !== null) this.#counters.refused.add(1);
  }
}
