/**
 * Who calls, and what a resource asks of its callers, as far as a scenario says so: the same words wherever they stand. What they mean is
 * decided by the rooms of `iam` and `kms`; a resource or a caller that says nothing of it has no such settings at all.
 */
import { z } from 'zod';
import { kmsFacts } from '../facts/index.ts';
import type { Vocabulary } from './schema.ts';

export type Encryption =
  /** By the queue itself, with keys that it owns: no calls, no cost. */
  | { readonly kind: 'sse-sqs' }
  /** By the queue with data keys from KMS; `aws/sqs` is the key that AWS manages. */
  | { readonly kind: 'kms'; readonly key: string; readonly reuseUs: number }
  /** By its clients, with keys of their own. */
  | { readonly kind: 'client-side'; readonly overheadBytes: number; readonly timeUs: number };

/** A resource as its callers meet it. null: the scenario's own, or none. */
export interface ResourceAccess {
  readonly account: string | null;
  readonly region: string | null;
  /** A policy document. */
  readonly policy: unknown;
  readonly encryption: Encryption | null;
}

/** A caller's role. */
export interface RoleSettings {
  /** null: called like its owner. */
  readonly name: string | null;
  readonly account: string | null;
  /** Identity policies; null: it may do everything. */
  readonly policies: readonly unknown[] | null;
  readonly boundary: unknown;
  /** Principals with data keys of their own among which its calls are spread. */
  readonly principals: number;
  readonly tls: boolean;
  /** `latencyUs`: added to each way. */
  readonly vpcEndpoint: { readonly id: string; readonly policy: unknown; readonly latencyUs: number } | null;
  /** More condition keys, such as `aws:PrincipalOrgID`. */
  readonly context: readonly (readonly [key: string, value: string])[];
}

const SECOND = 1_000_000;
const MOST_PRINCIPALS = 1_000_000;

/** An account of twelve digits, as text: written as a number it would lose leading zeros. */
export function accountSchema(): z.ZodType<string> {
  return z.string({ error: 'twelve digits in quotes' }).regex(/^\d{12}$/, { error: 'twelve digits in quotes' });
}

/** A Region's name. */
export function regionSchema(): z.ZodType<string> {
  const error = 'the name of a Region, such as us-east-1';
  return z.string({ error }).regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error });
}

/** A policy document: what is in it is checked when it is parsed. */
export function policySchema(): z.ZodType {
  return z.unknown();
}

/** Keys that a resource has besides its own. A topic's data keys have a period that nobody can set, and nothing encrypts it by default. */
export function resourceAccessShape(v: Vocabulary, service: 'sqs' | 'sns' = 'sqs') {
  return {
    account: accountSchema().optional().meta({ description: 'The account that owns it. Default: that of aws.' }),
    region: regionSchema().optional().meta({ description: 'Where it is. Default: that of aws.' }),
    policy: policySchema().optional().meta({ description: 'Its access policy, as JSON. Default: none.' }),
    encryption: service === 'sqs' ? queueEncryption(v) : topicEncryption(v),
  };
}

/** What a resource says of its access; empty where it says nothing. */
export function resourceAccessOf(written: {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly policy?: unknown;
  readonly encryption?: Encryption | undefined;
}): { readonly access?: ResourceAccess } {
  const { account = null, region = null, policy = null, encryption = null } = written;
  if (account === null && region === null && policy === null && encryption === null) return {};
  return { access: { account, region, policy, encryption } };
}

function queueEncryption(v: Vocabulary) {
  const { reuseMinSeconds: min, reuseMaxSeconds: max, reuseDefaultSeconds: preset } = kmsFacts;
  const plain = v
    .choice(['sse-sqs', 'client-side'])
    .transform((kind): Encryption => (kind === 'sse-sqs' ? { kind } : clientSide({})));
  const byKms = v.object({
    key: keySchema(v, 'aws/sqs'),
    reuse: v
      .duration({ min: min.value * SECOND, max: max.value * SECOND, wholeSeconds: true, because: 'SQS' })
      .optional()
      .meta({ description: 'How long a principal’s data key is used before KMS is asked again.', default: '5m' }),
  });
  const withSettings = v
    .oneKey('one of kms, client-side', {
      kms: byKms.optional().meta({ description: 'SSE-KMS: data keys come from KMS.' }),
      'client-side': clientSideSchema(v),
    })
    .transform((one): Encryption => {
      if (one.kms === undefined) return clientSide(one['client-side'] ?? {});
      return { kind: 'kms', key: one.kms.key ?? 'aws/sqs', reuseUs: one.kms.reuse ?? preset.value * SECOND };
    });
  return v.either('sse-sqs, client-side, or { kms: { key, reuse } }', [plain, withSettings]).optional().meta({
    description: 'sse-sqs, { kms: { key, reuse } }, or client-side. Default: sse-sqs, which costs nothing.',
  });
}

function topicEncryption(v: Vocabulary) {
  const plain = v.choice(['client-side']).transform((): Encryption => clientSide({}));
  const withSettings = v
    .oneKey('one of kms, client-side', {
      kms: v
        .object({ key: keySchema(v, 'aws/sns') })
        .optional()
        .meta({ description: 'SSE-KMS: data keys come from KMS, and are used for five minutes.' }),
      'client-side': clientSideSchema(v),
    })
    .transform((one): Encryption => {
      if (one.kms === undefined) return clientSide(one['client-side'] ?? {});
      return { kind: 'kms', key: one.kms.key ?? 'aws/sns', reuseUs: kmsFacts.snsReuseSeconds.value * SECOND };
    });
  return v.either('client-side, or { kms: { key } }', [plain, withSettings]).optional().meta({
    description: '{ kms: { key } }, or client-side. Default: none.',
  });
}

function keySchema(v: Vocabulary, managed: string) {
  return v
    .text('the name of a key')
    .optional()
    .meta({
      description: `The key; ${managed} is the one that AWS manages, others stand in aws.kms.keys.`,
      default: managed,
    });
}

function clientSideSchema(v: Vocabulary) {
  return v
    .object({
      overhead: v.size().optional().meta({ description: 'Bytes that encryption adds.', default: '512B' }),
      time: v.duration().optional().meta({ description: 'Of each message, at each end.', default: '100us' }),
    })
    .optional()
    .meta({ description: 'The clients encrypt and decrypt.' });
}

function clientSide(given: { overhead?: number | undefined; time?: number | undefined }): Encryption {
  return {
    kind: 'client-side',
    overheadBytes: given.overhead ?? kmsFacts.clientSideOverheadBytes.value,
    timeUs: given.time ?? kmsFacts.clientSideTimeUs.value,
  };
}

/** The role under which a traffic or a consumer calls; empty where nothing is said. */
export function roleOf(role: RoleSettings | undefined): { readonly role?: RoleSettings } {
  return role === undefined ? {} : { role };
}

/** `role`: of a traffic, a consumer, a function. */
export function roleSchema(v: Vocabulary): z.ZodType<RoleSettings> {
  return v
    .object({
      name: v.name('the name of a role').optional().meta({ description: 'Its name. Default: that of its owner.' }),
      account: accountSchema().optional().meta({ description: 'Its account. Default: that of aws.' }),
      policies: v
        .list('a list of policies', policySchema())
        .optional()
        .meta({ description: 'Its identity policies, as JSON. Default: it may do everything.' }),
      boundary: policySchema().optional().meta({ description: 'Its permissions boundary, as JSON. Default: none.' }),
      principals: v.count({ min: 1, max: MOST_PRINCIPALS }).optional().meta({
        description: 'Principals among which the calls are spread: KMS gives each a data key of its own.',
        default: 1,
      }),
      tls: v.flag().optional().meta({ description: 'Whether calls are encrypted on their way.', default: true }),
      vpcEndpoint: v
        .object({
          id: v.text('the id of an endpoint').optional().meta({ description: 'Its id.', default: 'vpce-1' }),
          policy: policySchema().optional().meta({ description: 'Its policy, as JSON. Default: it lets all through.' }),
          latency: v
            .duration({ max: 60_000_000 })
            .optional()
            .meta({ description: 'Added to each way through it; AWS publishes none.', default: '0s' }),
        })
        .optional()
        .meta({ description: 'The interface endpoint through which it calls. Default: none.' }),
      context: z
        .record(z.string(), v.text('the value of a condition key'))
        .optional()
        .meta({ description: 'More condition keys by name, such as aws:PrincipalOrgID. Default: none.' }),
    })
    .transform(
      (r): RoleSettings => ({
        name: r.name ?? null,
        account: r.account ?? null,
        policies: r.policies ?? null,
        boundary: r.boundary ?? null,
        principals: r.principals ?? 1,
        tls: r.tls ?? true,
        vpcEndpoint:
          r.vpcEndpoint === undefined
            ? null
            : {
                id: r.vpcEndpoint.id ?? 'vpce-1',
                policy: r.vpcEndpoint.policy ?? null,
                latencyUs: r.vpcEndpoint.latency ?? 0,
              },
        context: Object.entries(r.context ?? {}),
      }),
    );
}
