/**
 * What an application's results go to: a call each, so many at once, the others wait. One that fails is sent again until it is taken; where too many wait the application takes no more records.
 *
 *   window ─▶ emit ─▶ [waiting] ─▶ call ─▶ taken: its records are finished
 *                        ▲                └─▶ failed: again
 */
import { type CallPath, receivePath } from '../calls/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { AnalyticsSink, WindowResult } from '../services/analytics/operations.ts';
import type { ResultSinkSettings } from '../services/analytics/settings.ts';
import { type Caller, type Counter, type Level, type Metrics, type Observations, Outcome } from '../services/ports.ts';
import type { RequestTable } from './requests.ts';
import type { WindowLedger } from './window-ledger.ts';

/** Until a result that failed is sent again, microseconds (assumed). */
const RETRY_US = 1_000_000;

interface Sending {
  readonly row: number;
  readonly path: number;
  readonly endUs: number;
  /** What waits for it. */
  readonly records: readonly number[];
}

export interface ResultSinkPorts {
  readonly requests: RequestTable;
  readonly ledger: WindowLedger;
  readonly metrics: Metrics;
  /** There is room for results again. */
  readonly onRoom: () => void;
}

export class ResultSink implements AnalyticsSink, Caller {
  readonly #sim: Simulation;
  readonly #settings: ResultSinkSettings | null;
  readonly #ports: ResultSinkPorts;
  readonly #delivered: Counter;
  readonly #failures: Counter;
  readonly #pendingLevel: Level;
  readonly #delays: Observations;
  /** By tag: on their way or waiting for their next attempt. */
  readonly #under = new Map<number, Sending>();
  readonly #waiting: Sending[] = [];
  #head = 0;
  #path: CallPath | null = null;
  #next = 0;
  /** Results of each row, so that each has luck of its own. */
  readonly #sent = new Map<number, number>();
  #wasFull = false;
  readonly #again = (tag: number): void => {
    this.#call(tag);
  };

  /** `settings`: null: nobody wants results, and they are taken at once. */
  constructor(sim: Simulation, settings: ResultSinkSettings | null, ports: ResultSinkPorts) {
    this.#sim = sim;
    this.#settings = settings;
    this.#ports = ports;
    const { metrics } = ports;
    this.#delivered = metrics.counter('ResultsDelivered', 'Count');
    this.#failures = metrics.counter('ResultFailures', 'Count');
    this.#pendingLevel = metrics.level('ResultsPending', 'Count');
    this.#delays = metrics.observations('ResultDelay', 'Milliseconds');
  }

  /** Wires whoever takes results. */
  connect(path: CallPath): void {
    this.#path = path;
  }

  /** Whether no more records should be taken. */
  get isFull(): boolean {
    return this.#settings !== null && this.#waiting.length - this.#head >= this.#settings.buffer;
  }

  /** Whether a record waits for a result that has left its window. */
  pending(): ReadonlySet<number> {
    const records = new Set<number>();
    for (const sending of [...this.#under.values(), ...this.#waiting.slice(this.#head)])
      for (const record of sending.records) records.add(record);
    return records;
  }

  emit(result: WindowResult): void {
    const { ledger, requests } = this.#ports;
    const records = ledger.take(result);
    if (this.#path === null) {
      this.#delivered.add(1);
      this.#delays.record(Math.max(0, this.#sim.now - result.endUs) / 1000);
      ledger.finish(records);
      return;
    }
    const row = ledger.rowOf(result.key);
    requests.retain(row);
    const ordinal = requests.ordinal(row);
    const attempt = (this.#sent.get(ordinal) ?? 0) + 1;
    this.#sent.set(ordinal, attempt);
    this.#waiting.push({ row, path: receivePath(attempt), endUs: result.endUs, records });
    this.#pendingLevel.add(1);
    this.#pump();
    if (this.isFull) this.#wasFull = true;
  }

  onReply(tag: number, outcome: Outcome): void {
    if (outcome !== Outcome.ok) {
      this.#failures.add(1);
      this.#sim.schedule(RETRY_US, this.#again, tag);
      return;
    }
    const { row, endUs, records } = this.#under.get(tag) as Sending;
    this.#under.delete(tag);
    this.#delivered.add(1);
    this.#pendingLevel.add(-1);
    this.#delays.record(Math.max(0, this.#sim.now - endUs) / 1000);
    this.#ports.ledger.finish(records);
    this.#ports.requests.release(row);
    this.#pump();
    if (!this.#wasFull || this.isFull) return;
    this.#wasFull = false;
    this.#ports.onRoom();
  }

  onLateReply(): void {}

  #pump(): void {
    const { inFlight } = this.#settings as ResultSinkSettings;
    while (this.#under.size < inFlight && this.#head < this.#waiting.length) {
      const tag = this.#next++;
      this.#under.set(tag, this.#waiting[this.#head++] as Sending);
      this.#call(tag);
    }
    if (this.#head < 1024 || this.#head * 2 < this.#waiting.length) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }

  #call(tag: number): void {
    const { row, path } = this.#under.get(tag) as Sending;
    (this.#path as CallPath).call(row, path, this, tag);
  }
}
