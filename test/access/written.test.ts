/** Encryption as a queue and as a topic may have it written. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resourceAccessShape } from '../../src/calls/access.ts';
import { createVocabulary } from '../../src/scenario/vocabulary.ts';

const v = createVocabulary(() => {
  throw new Error('no files here');
});
const read = (service: 'sqs' | 'sns', encryption: unknown): unknown => {
  const { data, success } = z.object(resourceAccessShape(v, service)).safeParse({ encryption });
  return success ? data.encryption : 'refused';
};
const CLIENT_SIDE = { kind: 'client-side', overheadBytes: 512, timeUs: 100 };
const kms = (key: string, seconds: number) => ({ kind: 'kms', key, reuseUs: seconds * 1_000_000 });

describe('encryption as it is written', () => {
  it.each<[unknown, unknown, unknown]>([
    ['client-side', CLIENT_SIDE, CLIENT_SIDE],
    [
      { 'client-side': { overhead: '1KiB' } },
      { ...CLIENT_SIDE, overheadBytes: 1024 },
      { ...CLIENT_SIDE, overheadBytes: 1024 },
    ],
    [{ kms: {} }, kms('aws/sqs', 300), kms('aws/sns', 300)],
    [{ kms: { key: 'mine' } }, kms('mine', 300), kms('mine', 300)],
    [{ kms: { reuse: '1h' } }, kms('aws/sqs', 3600), 'refused'],
    ['sse-sqs', { kind: 'sse-sqs' }, 'refused'],
  ])('%j of a queue, and of a topic', (written, queue, topic) => {
    expect([read('sqs', written), read('sns', written)]).toEqual([queue, topic]);
  });
});
