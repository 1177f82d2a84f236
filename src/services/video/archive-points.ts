/** What the archive gives in a second, over all who ask a stream: points of metadata and of media. */
import { videoFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { VideoMetrics } from './video-metrics.ts';

export class ArchivePoints {
  readonly #sim: Simulation;
  readonly #metrics: VideoMetrics;
  readonly #metadata = new ActionRate(1, f.metadataPointsPerSecond.value, f.metadataPointsPerSecond.value);
  readonly #media = new ActionRate(1, f.mediaPointsPerSecond.value, f.mediaPointsPerSecond.value);

  constructor(sim: Simulation, metrics: VideoMetrics) {
    this.#sim = sim;
    this.#metrics = metrics;
  }

  /** False: over the limit, and nothing is charged. */
  metadata(points: number): boolean {
    if (!this.#metadata.take(0, points, this.#sim.now)) return false;
    this.#metrics.metadataPoints.add(points);
    return true;
  }
  media(points: number): boolean {
    if (!this.#media.take(0, points, this.#sim.now)) return false;
    this.#metrics.mediaPoints.add(points);
    return true;
  }
  /** When there is a point of media left. */
  nextMediaUs(): number {
    return this.#media.nextUs(0, this.#sim.now);
  }
}
