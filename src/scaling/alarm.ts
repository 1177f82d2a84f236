/**
 * A CloudWatch alarm: M of the last N datapoints beyond a threshold.
 *
 *   datapoint (a number, or null where there is none) ─▶ [ last N verdicts ] ─▶ ok | alarm | insufficient
 *
 * Periods before the run are taken to be in order: nothing was breaching before the simulation began.
 */
import type { AlarmRule, MissingData } from './settings.ts';

export type AlarmState = 'ok' | 'alarm' | 'insufficient';

export class Alarm {
  readonly #rule: AlarmRule;
  readonly #missing: MissingData;
  readonly #breaches: (value: number) => boolean;
  /** The last N, the oldest first; null: no datapoint. */
  readonly #last: (boolean | null)[];
  state: AlarmState = 'ok';

  /** `breaches` is the comparison with the threshold. */
  constructor(rule: AlarmRule, missing: MissingData, breaches: (value: number) => boolean) {
    this.#rule = rule;
    this.#missing = missing;
    this.#breaches = breaches;
    this.#last = Array.from({ length: rule.evaluationPeriods }, () => false);
  }

  /** Takes the datapoint of the period that was published last, and gives the state from now on. */
  observe(point: number | null): AlarmState {
    this.#last.shift();
    this.#last.push(point === null ? null : this.#breaches(point));
    this.state = this.#evaluate();
    return this.state;
  }

  #evaluate(): AlarmState {
    const { evaluationPeriods, datapointsToAlarm } = this.#rule;
    const present = this.#last.filter((breach) => breach !== null);
    const gaps = this.#last.length - present.length;
    let breaching = present.filter((breach) => breach).length;
    if (this.#missing === 'breaching') breaching += gaps;
    if (breaching >= datapointsToAlarm) return 'alarm';
    if (gaps === 0 || this.#missing === 'breaching' || this.#missing === 'notBreaching') return 'ok';
    if (this.#isPremature()) return 'alarm';
    if (this.#missing === 'ignore') {
      // Whatever the gaps had been it would be in order: then it is; else it stays as it was.
      const sureOk = present.length - breaching > evaluationPeriods - datapointsToAlarm;
      return sureOk ? 'ok' : this.state;
    }
    return present.length === 0 ? 'insufficient' : 'ok';
  }

  /**
   * CloudWatch goes into alarm with fewer datapoints than M when the oldest breaching one is at least M periods old and all since then
   * are breaching or missing.
   */
  #isPremature(): boolean {
    const first = this.#last.indexOf(true);
    if (first < 0 || this.#last.length - first < this.#rule.datapointsToAlarm) return false;
    return this.#last.slice(first).every((breach) => breach !== false);
  }
}
