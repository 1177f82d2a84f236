/** The autoscaling of a design: which scaler looks at what, and whom it tells how many shall run. */
import type { Simulation } from '../kernel/index.ts';
import { datapointsOf, type FleetUse, Scaler, type WatchedLevel, watching } from '../scaling/index.ts';
import { readsQueue } from '../workload/settings.ts';
import type { ResourceSettings } from '../scenario/resolved.ts';
import type { Service } from '../services/compute/index.ts';
import type { Metrics } from '../services/ports.ts';
import type { Consumer } from '../workload/consumer.ts';

const BACKLOG = 'ApproximateNumberOfMessagesVisible';

export class Scalers {
  readonly #sim: Simulation;
  /** Queues whose backlog somebody scales by. */
  readonly #watched: ReadonlySet<string>;
  readonly #backlogs = new Map<string, WatchedLevel>();
  readonly #scalers: Scaler[] = [];

  constructor(sim: Simulation, resources: readonly ResourceSettings[]) {
    this.#sim = sim;
    this.#watched = new Set(
      resources.flatMap((one) =>
        one.type === 'consumer' && readsQueue(one) && one.autoscaling?.metric === 'backlogPerInstance'
          ? [one.source]
          : [],
      ),
    );
  }

  start(): void {
    for (const scaler of this.#scalers) scaler.start();
  }

  /** Where a queue shall report: its backlog is watched if somebody scales by it. */
  metricsOfQueue(name: string, metrics: Metrics): Metrics {
    if (!this.#watched.has(name)) return metrics;
    return watching(metrics, BACKLOG, this.#sim, (level) => this.#backlogs.set(name, level));
  }

  addService(service: Service, metrics: Metrics): void {
    const { name, autoscaling, replicas } = service.settings;
    if (autoscaling === null) return;
    const read = (): FleetUse => {
      const { busyServerUs, serverUs, replicaUs, calls } = service.use();
      return { busyUs: busyServerUs, capacityUs: serverUs, instanceUs: replicaUs, calls, backlogUs: 0 };
    };
    const resource = {
      datapoint: datapointsOf(autoscaling.metric, read),
      scaleTo: (count: number) => service.setReplicas(count),
    };
    this.#scalers.push(new Scaler(this.#sim, name, autoscaling, replicas, { metrics, noun: 'Replicas', resource }));
  }

  /** Its queue is there already. */
  addConsumer(consumer: Consumer, metrics: Metrics): void {
    const { name, source, autoscaling, instances } = consumer.settings;
    if (autoscaling === null) return;
    const backlog = this.#backlogs.get(source);
    const read = (): FleetUse => {
      const { busyWorkerUs, workerUs, instanceUs } = consumer.use();
      return { busyUs: busyWorkerUs, capacityUs: workerUs, instanceUs, calls: 0, backlogUs: backlog?.levelUs() ?? 0 };
    };
    const resource = {
      datapoint: datapointsOf(autoscaling.metric, read),
      scaleTo: (count: number) => consumer.setInstances(count),
    };
    this.#scalers.push(new Scaler(this.#sim, name, autoscaling, instances, { metrics, noun: 'Instances', resource }));
  }
}
