/**
 * The streams of a design, wired for one replication: partition keys, the ledger of who has read what, what an operator does to the shards.
 *
 *   producer ─▶ stream ─▶ each declared reader: consumer …          (what those are, the world knows)
 *                 └─▶ ledger: a delivery for each reader, finished, given up or too old
 */
import { DeliveryAccount, type Window } from '../history/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { readersOf } from '../scenario/streams.ts';
import { KinesisStream, type KinesisSettings, streamOf } from '../services/kinesis/index.ts';
import type { Metrics } from '../services/ports.ts';
import type { Aggregates } from '../workload/aggregates.ts';
import type { RequestTable } from '../workload/requests.ts';
import { StreamKeys } from '../workload/stream-keys.ts';
import { StreamLedger, type StreamReader } from '../workload/stream-ledger.ts';
import { ReshardOperator } from './reshard-operator.ts';
import type { SubscriptionOutcome } from './topics.ts';

export interface StreamsPorts {
  readonly sim: Simulation;
  readonly scenario: ResolvedScenario;
  readonly design: ResolvedDesign;
  readonly window: Window;
  readonly requests: RequestTable;
}

export interface WiredStream {
  readonly stream: KinesisStream;
  readonly settings: KinesisSettings;
  readonly keys: StreamKeys;
  readonly readers: ReadonlyMap<string, StreamReader>;
  readonly aggregates: Aggregates;
}

export class Streams {
  readonly #ports: StreamsPorts;
  readonly #wired = new Map<string, WiredStream>();
  readonly #accounts: { readonly topic: string; readonly to: string; readonly account: DeliveryAccount }[] = [];

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
  }

  /** The stream with all its readers; before any of those is made. */
  add(settings: KinesisSettings, metrics: Metrics): void {
    const { sim, scenario, design, requests, window } = this.#ports;
    const { name } = settings;
    const keys = this.#keysOf(settings);
    const ledger = new StreamLedger(
      requests,
      design.entries.some(({ resource }) => resource === name),
    );
    const stream = new KinesisStream(sim, streamOf(settings, scenario.aws?.account), {
      metrics,
      keyText: (key) => keys.text(key),
      onRecord: ledger.onRecord,
      onExpired: ledger.onExpired,
    });
    ledger.connect(stream);
    const readers = new Map<string, StreamReader>();
    for (const to of readersOf(design, name)) {
      const account = new DeliveryAccount(sim, window);
      this.#accounts.push({ topic: name, to, account });
      readers.set(to, ledger.addReader(requests.addSubscription(account)));
    }
    this.#wired.set(name, { stream, settings, keys, readers, aggregates: ledger.aggregates });
    if (settings.reshard.length > 0) new ReshardOperator(sim, stream, settings).start();
  }

  /** undefined: no stream is called so. */
  get(name: string): WiredStream | undefined {
    return this.#wired.get(name);
  }

  /** A reader's side of a stream; throws where it is none of its readers. */
  readerOf(stream: string, reader: string): WiredStream & { readonly reader: StreamReader } {
    const wired = this.#wired.get(stream);
    const side = wired?.readers.get(reader);
    if (wired === undefined || side === undefined) throw new Error(`${reader} reads no stream ${stream}`);
    return { ...wired, reader: side };
  }

  finish(): SubscriptionOutcome[] {
    return this.#accounts.map(({ topic, to, account }) => ({ topic, to, outcome: account.finish() }));
  }

  /** Those of all traffics that enter it. */
  #keysOf({ name, keySalt }: KinesisSettings): StreamKeys {
    const { scenario, design } = this.#ports;
    const entering = scenario.traffic.filter((traffic) =>
      design.entries.some((entry) => entry.traffic === traffic.name && entry.resource === name),
    );
    const all = entering.flatMap(({ key }) => (key === null ? [] : [key]));
    const drawn = Math.max(0, ...all.map((key) => (key.kind === 'constant' ? 0 : key.keys)));
    const named = [...new Set(all.flatMap((key) => (key.kind === 'constant' ? [key.value] : [])))];
    return new StreamKeys({ drawn, named, salt: keySalt });
  }
}
