/** What the script redrives: an operator's move tasks of this run, and whether some are still to come. */
import type { Simulation } from '../kernel/index.ts';
import type { Witness } from '../services/ports.ts';
import { type AccountQueue, MoveTasks } from '../services/sqs/index.ts';
import type { FaultSettings } from '../workload/settings.ts';

export interface RedrivesPorts {
  readonly queues: ReadonlyMap<string, AccountQueue>;
  /** Faults after this instant never come. */
  readonly endUs: number;
  readonly onOver: () => void;
  /** What a task tells of a queue; null: nobody listens. */
  readonly witnessOf: (queue: string) => Witness | null;
}

export class Redrives {
  readonly #tasks: MoveTasks;
  readonly #onOver: () => void;
  /** Dead-letter queues that the script redrives. */
  readonly #sources: ReadonlySet<string>;
  /** Those of the script that have not begun. */
  #ahead: number;

  constructor(sim: Simulation, faults: readonly FaultSettings[], { queues, endUs, onOver, witnessOf }: RedrivesPorts) {
    const ahead = faults.filter(({ redrive, atUs }) => redrive !== undefined && atUs <= endUs);
    this.#sources = new Set(ahead.map(({ target }) => (target.kind === 'resource' ? target.resource : '')));
    this.#ahead = ahead.length;
    this.#onOver = onOver;
    this.#tasks = new MoveTasks(sim, queues, onOver, witnessOf);
  }

  get areOver(): boolean {
    return this.#ahead === 0 && this.#tasks.active === 0;
  }

  /** Whether the script ever brings back what is in that dead-letter queue. */
  has(queue: string): boolean {
    return this.#sources.has(queue);
  }

  /** The operator starts a move task; at the end of the fault it is cancelled. One that runs already is a refusal, as at AWS. */
  start(resource: string, { to, perSecond }: NonNullable<FaultSettings['redrive']>): () => void {
    this.#ahead--;
    const { error, TaskHandle } = this.#tasks.StartMessageMoveTask({
      SourceArn: resource,
      ...(to === null ? {} : { DestinationArn: to }),
      ...(perSecond === null ? {} : { MaxNumberOfMessagesPerSecond: perSecond }),
    });
    if (error !== null) {
      this.#onOver();
      return () => {};
    }
    return () => void this.#tasks.CancelMessageMoveTask(TaskHandle);
  }
}
