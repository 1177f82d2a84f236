/**
 * Autoscaling of one resource: CloudWatch's view of a metric, the decision, and the instances that come and go.
 *
 *   resource ──sums──▶ end of each period: datapoint ──delay──▶ Controller ──▶ start-up ──▶ resource: so many instances
 *                                                                    └─ fewer: at once ──▶
 *
 * At one instant: an instance that has started takes work before the ordinary events; a period ends after all of them; a published
 * datapoint is judged between the two.
 */
import { compileVariate, type Simulation, type Stream, type Variate } from '../kernel/index.ts';
import type { Counter, Level, Metrics } from '../services/ports.ts';
import { Controller } from './controller.ts';
import type { AutoscalingSettings } from './settings.ts';

/** The resource that is scaled. */
export interface Scalable {
  /** The metric over the time since it was last asked; null: no datapoint, for nothing ran or nobody called. */
  datapoint(): number | null;
  /** So many instances take work from now on; surplus ones finish what they hold. */
  scaleTo(count: number): void;
}

export interface ScalerPorts {
  readonly metrics: Metrics;
  /** `Replicas` or `Instances`, as the resource calls them. */
  readonly noun: 'Replicas' | 'Instances';
  readonly resource: Scalable;
}

/** Order at one instant; see above. */
const STARTS = 0;
const JUDGES = 2;
const MEASURES = 3;

export class Scaler {
  readonly #sim: Simulation;
  readonly #settings: AutoscalingSettings;
  readonly #resource: Scalable;
  readonly #controller: Controller;
  readonly #startup: Variate;
  readonly #draws: Stream;
  readonly #desired: Level;
  readonly #activities: Counter;
  #running: number;

  readonly #periodOver = (): void => {
    const { periodUs, delayUs } = this.#settings;
    const point = this.#resource.datapoint();
    // An event carries one number: NaN stands for no datapoint.
    this.#sim.schedule(delayUs, this.#published, point ?? Number.NaN, delayUs === 0 ? MEASURES : JUDGES);
    this.#sim.schedule(periodUs, this.#periodOver, 0, MEASURES);
  };
  readonly #published = (point: number): void => {
    this.#judge(Number.isNaN(point) ? null : point);
  };
  readonly #started = (): void => {
    this.#controller.started(this.#sim.now);
    this.#resource.scaleTo(++this.#running);
  };

  /** `initial` instances run when the run begins. */
  constructor(sim: Simulation, name: string, settings: AutoscalingSettings, initial: number, ports: ScalerPorts) {
    this.#sim = sim;
    this.#settings = settings;
    this.#resource = ports.resource;
    this.#controller = new Controller(settings, initial);
    this.#running = initial;
    this.#startup = compileVariate(settings.startup);
    this.#draws = sim.stream(`${name}/startup`);
    this.#desired = ports.metrics.level(`Desired${ports.noun}`, 'Count');
    this.#activities = ports.metrics.counter('ScalingActivities', 'Count');
    this.#desired.set(initial);
  }

  start(): void {
    this.#sim.schedule(this.#settings.periodUs, this.#periodOver, 0, MEASURES);
  }

  #judge(point: number | null): void {
    const before = this.#controller.desired;
    const wanted = this.#controller.observe(this.#sim.now, point);
    if (wanted === before) return;
    this.#desired.set(wanted);
    this.#activities.add(1);
    for (let i = before; i < wanted; i++) {
      const us = this.#startup.constant ? this.#startup.mean : this.#startup.draw(this.#draws);
      this.#sim.schedule(Math.floor(us + 0.5), this.#started, 0, STARTS);
    }
    // Nothing is on its way when instances leave: those that run are all there are.
    if (wanted < before) {
      this.#running = wanted;
      this.#resource.scaleTo(wanted);
    }
  }
}
