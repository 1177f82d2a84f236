/** Settings of AWS KMS as the other services use it, as resolved. */
import type { Distribution } from '../../kernel/index.ts';

export interface KeySettings {
  readonly name: string;
  /** null: that of the scenario. */
  readonly account: string | null;
  /** A key policy; null: AWS's default, which hands on to the account's own policies. */
  readonly policy: unknown;
}

export interface KmsSettings {
  /** Symmetric requests a second of an account in a Region; null: the Region's. */
  readonly quotaPerSecond: number | null;
  /** What others in each account take of it. */
  readonly backgroundPerSecond: number;
  /** Of one request, microseconds. */
  readonly latency: Distribution;
  readonly keys: readonly KeySettings[];
}
