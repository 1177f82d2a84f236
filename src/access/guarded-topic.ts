/** A topic as one of its publishers meets it, where somebody may be turned away, data keys come from KMS, or calls are noted. */
import { snsErrors } from '../services/sns/index.ts';
import type {
  PublishBatchOutput,
  PublishInput,
  PublishOutput,
  SnsError,
  SnsPublishing,
} from '../services/sns/operations.ts';
import type { ApiLog } from './api-log.ts';
import { Gate, type GuardPorts, type Refusals, refusal } from './gate.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';

/** The permissions of a topic's publishers; a batch needs that of its single form. Written as AWS writes them when it refuses. */
export const SNS_ACTIONS = ['SNS:Publish'] as const;
const Publish = 0;

/** Texts are those of AWS's service model: what the service itself says was not recorded. */
const REFUSALS: Refusals = {
  denied: 'AuthorizationError',
  insecure: refusal(
    'InvalidSecurity',
    "The credential signature isn't valid. You must use an HTTPS endpoint and sign your request using Signature Version 4.",
  ),
  kms: {
    throttled: snsErrors.kmsThrottled,
    accessDenied: snsErrors.kmsAccessDenied,
    // Which code an outage has is assumed.
    unreachable: snsErrors.internal,
  },
};

export class GuardedTopic implements SnsPublishing {
  readonly #topic: SnsPublishing;
  readonly #gate: Gate;
  readonly #log: ApiLog | null;
  readonly #refused: PublishOutput = { error: null, MessageId: 0, SequenceNumber: -1 };
  readonly #refusedBatch: PublishBatchOutput = {
    error: null,
    entryErrors: [],
    count: 0,
    MessageId: new Float64Array(0),
    SequenceNumber: new Float64Array(0),
  };

  constructor(topic: SnsPublishing, identity: Identity, guarded: Guarded, ports: GuardPorts) {
    this.#topic = topic;
    this.#gate = new Gate(identity, guarded, ports, REFUSALS);
    this.#log = ports.log;
  }

  /** Why each action of `SNS_ACTIONS` is denied from now on; null: it is allowed. */
  decided(texts: readonly (string | null)[]): void {
    this.#gate.decided(texts);
  }

  Publish(input: PublishInput): PublishOutput {
    const error = this.#refusal(input);
    input.bytes += this.#gate.overheadBytes;
    const output = error === null ? this.#topic.Publish(input) : this.#refused;
    if (error !== null) output.error = error;
    this.#log?.published(this.#gate.call('Publish', output.error), input, output);
    return output;
  }

  PublishBatch(entries: readonly PublishInput[], count: number): PublishBatchOutput {
    // A batch of nothing the topic itself refuses.
    const error = this.#refusal(count > 0 ? (entries[0] as PublishInput) : null);
    for (let i = 0; i < count; i++) (entries[i] as PublishInput).bytes += this.#gate.overheadBytes;
    const output = error === null ? this.#topic.PublishBatch(entries, count) : this.#refusedBatch;
    if (error !== null) output.error = error;
    this.#log?.publishedBatch(this.#gate.call('PublishBatch', output.error), entries.slice(0, count), output);
    return output;
  }

  #refusal(first: PublishInput | null): SnsError | null {
    const denied = this.#gate.refusal(Publish);
    if (denied !== null) return denied;
    return this.#gate.keyFor('produce', first === null ? 0 : this.#gate.principalOf(first.body));
  }
}
