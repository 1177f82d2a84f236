/**
 * Speed and memory of an application of Flink alone, CPU time: 64 splits, 64 subtasks, tumbling windows of ten seconds by 10,007 keys; the same with sliding windows (five at once) and
 * sessions; bytes a key in a window. Run: npm run bench analytics
 */
import { Simulation } from '../src/kernel/index.ts';
import { AnalyticsApplication, analyticsSettings, type WindowSettings } from '../src/services/analytics/index.ts';

const SPLITS = 64;
const KEYS = 10_007;
const TICK_US = 100_000;
const BURST = 5000;
const TUMBLING: WindowSettings = { kind: 'tumbling', sizeUs: 10_000_000 };

class World {
  readonly sim = new Simulation({ seed: 1 });
  readonly application: AnalyticsApplication;
  taken = 0;
  out = 0;
  #key = 0;

  constructor(window: WindowSettings, keys = KEYS) {
    const settings = analyticsSettings({
      name: 'clicks',
      window,
      splits: SPLITS,
      parallelism: SPLITS,
      outOfOrdernessUs: 1_000_000,
      bufferBytes: 1e9,
      autoScaling: false,
    });
    this.keys = keys;
    this.application = new AnalyticsApplication(this.sim, settings, { sink: { emit: () => void this.out++ } });
  }
  readonly keys: number;

  /** So many seconds of virtual time, 50,000 records each. */
  flow(seconds: number): void {
    for (let i = 0; i < seconds * 10; i++) {
      for (let record = 0; record < BURST; record++) this.#put();
      this.sim.run({ until: this.sim.now + TICK_US });
    }
  }
  #put(): void {
    this.#key = (this.#key + 7919) % this.keys;
    const split = this.taken % SPLITS;
    if (!this.application.accept(split, this.taken, this.#key, this.sim.now, 100, this.taken))
      throw new Error('no room');
    this.taken++;
  }
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Millions of records a second. */
function rate(window: WindowSettings): string {
  const world = new World(window);
  world.flow(20);
  const rates = [1, 2, 3].map(() => {
    const before = world.taken;
    const took = seconds(() => world.flow(60));
    return (world.taken - before) / took / 1e6;
  });
  if (world.out === 0) throw new Error('no window fired');
  return (rates.toSorted((a, b) => a - b)[1] as number).toFixed(2);
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function bytesPerEntry(): number {
  const keys = 400_009;
  const world = new World({ kind: 'tumbling', sizeUs: 1e12 }, keys);
  world.flow(1);
  collect();
  const before = process.memoryUsage();
  world.flow(7);
  collect();
  const after = process.memoryUsage();
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / (7 * 10 * BURST);
}

console.log('Managed Service for Apache Flink, CPU time, median of 3');
console.log(`a key in a window:  ${bytesPerEntry().toFixed(0)} B`);
console.log(`tumbling windows:   ${rate(TUMBLING)} M records/s`);
console.log(`sliding, five each: ${rate({ kind: 'sliding', sizeUs: 10_000_000, slideUs: 2_000_000 })} M records/s`);
console.log(`sessions of one:    ${rate({ kind: 'session', gapUs: 150_000 })} M records/s`);
