/**
 * The applications of Flink of a design, wired for one replication.
 *
 *   stream ◀─read── ApplicationSource ──accept──▶ AnalyticsApplication ──▶ ResultSink ──▶ service | sink
 *                                                      └── counted, late ──▶ WindowLedger ──▶ the stream's ledger
 */
import type { CallPath, CallSettings } from '../calls/index.ts';
import type { MetricsRecorder } from '../history/index.ts';
import { compileVariate, type Simulation } from '../kernel/index.ts';
import type { ResolvedScenario } from '../scenario/resolved.ts';
import { AnalyticsApplication, type ApplicationSettings } from '../services/analytics/index.ts';
import type { WindowWitness, Witness } from '../services/ports.ts';
import { ApplicationSource } from '../workload/application-source.ts';
import { KinesisClient } from '../workload/kinesis-client.ts';
import { type RequestTable, trafficOf } from '../workload/requests.ts';
import { ResultSink } from '../workload/result-sink.ts';
import type { FaultSettings } from '../workload/settings.ts';
import { WindowLedger } from '../workload/window-ledger.ts';
import type { Links } from './links.ts';
import type { Streams } from './streams.ts';

export interface ApplicationsPorts {
  readonly requests: RequestTable;
  readonly links: Links;
  readonly streams: Streams;
  /** What a client tells of a resource; null: nobody listens. */
  readonly witnessOf: (client: string, resource: string) => (Witness & WindowWitness) | null;
}

interface Wired {
  readonly settings: ApplicationSettings;
  readonly application: AnalyticsApplication;
  readonly source: ApplicationSource;
  readonly results: ResultSink;
}

export class Applications {
  readonly #sim: Simulation;
  readonly #ports: ApplicationsPorts;
  readonly #wired = new Map<string, Wired>();
  readonly #eventTimeOf: (row: number) => number;

  constructor(sim: Simulation, scenario: ResolvedScenario, ports: ApplicationsPorts) {
    this.#sim = sim;
    this.#ports = ports;
    this.#eventTimeOf = eventTimes(sim, scenario, ports.requests);
  }

  /** Its stream is there already. */
  add(settings: ApplicationSettings, metrics: MetricsRecorder): void {
    const { requests, links, streams, witnessOf } = this.#ports;
    const { name, source: from } = settings;
    const { stream, settings: ofStream, reader } = streams.readerOf(from, name);
    const witness = witnessOf(name, name);
    const ledger = new WindowLedger(requests, reader, this.#eventTimeOf, {
      keepsLast: settings.sink !== null,
      witness,
    });
    const results = new ResultSink(this.#sim, settings.sink, {
      requests,
      ledger,
      metrics,
      onRoom: () => source.goOn(),
    });
    const source = new ApplicationSource(this.#sim, settings, {
      requests,
      reader,
      ledger,
      witness,
      isHeldBack: () => results.isFull,
    });
    const application = new AnalyticsApplication(
      this.#sim,
      { ...settings, splits: 0 },
      {
        sink: results,
        source: {
          resume: (split) => source.resume(split),
          restore: (positions) => {
            const pending = results.pending();
            ledger.restore(positions, (record) => pending.has(record));
            source.restore(positions);
          },
        },
        late: ledger,
        watcher: ledger,
        luckOf: (record) => ledger.ordinalOf(record),
        metrics,
      },
    );
    const options = { name, latency: ofStream.latency.get, consumer: -1 };
    const endpoint = links.endpoint(name, from);
    const client = new KinesisClient(this.#sim, stream, reader, endpoint, source, options, witnessOf(name, from));
    source.connect(client, application);
    this.#wired.set(name, { settings, application, source, results });
  }

  connect(pathOf: (owner: string, call: CallSettings) => CallPath): void {
    for (const [name, { settings, results }] of this.#wired)
      if (settings.sink !== null) results.connect(pathOf(name, settings.sink.call));
  }

  start(): void {
    for (const { source } of this.#wired.values()) source.start();
  }

  /** Begins what a fault does to an application; empty where it strikes none. The returned functions end it. */
  strike(name: string, fault: FaultSettings): (() => void)[] {
    const application = this.#wired.get(name)?.application;
    if (application === undefined) return [];
    if (fault.crash !== null) application.fail();
    return fault.slow === null ? [] : [application.slowDown(fault.slow)];
  }
}

/** When what a record tells of happened: its request's arrival less the delay of its traffic. */
function eventTimes(sim: Simulation, { traffic }: ResolvedScenario, requests: RequestTable): (row: number) => number {
  const delays = traffic.map(({ name, eventDelay }) =>
    eventDelay === undefined
      ? null
      : { variate: compileVariate(eventDelay), luck: sim.keyedStream(`${name}/eventDelay`) },
  );
  return (row) => {
    const ordinal = requests.ordinal(row);
    const delay = delays[trafficOf(ordinal)];
    const arrivedUs = requests.arrivedUs(row);
    if (delay == null) return arrivedUs;
    return arrivedUs - Math.round(delay.variate.draw(delay.luck.at(ordinal, 0)));
  };
}
