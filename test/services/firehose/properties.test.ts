import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeliveryStream } from '../../../src/services/firehose/index.ts';
import { mutant, type Mutation } from '../../support/mutant.ts';
import { fateGames, flushGames, playFates, playFlushes } from './play.ts';

const SEED = 20261126;

test('each buffer is closed at its size or its interval, whichever is first [firehose.flush]', () => {
  fc.assert(
    fc.property(flushGames, (game) => playFlushes(game)),
    { seed: SEED, numRuns: 300 },
  );
});

test('whatever fails, each record is at the destination or in backup, at least once, or lost where AWS loses it [firehose.guarantee]', () => {
  fc.assert(
    fc.property(fateGames, (game) => playFates(game)),
    { seed: SEED, numRuns: 300 },
  );
});

const FOLDER = 'src/services/firehose';

/** Streams that are wrong in one thing, and the property that must notice. */
const broken: readonly (readonly [property: RegExp, mutation: Mutation])[] = [
  [
    /flush: /,
    {
      name: 'waits for more than its size',
      file: `${FOLDER}/record-buffer.ts`,
      find: 'batch.bytes >= limits.bytes',
      replace: 'batch.bytes > limits.bytes',
    },
  ],
  [
    /flush: /,
    {
      name: 'goes on with an interval that was cut short',
      file: `${FOLDER}/record-buffer.ts`,
      find: 'this.#closedUs = sim.now;\n    this.#place',
      replace: 'this.#place',
    },
  ],
  [
    /flush: |null/,
    {
      name: 'closes the next buffer by the timer of the last',
      file: `${FOLDER}/record-buffer.ts`,
      find: 'if (this.#timer !== null) sim.cancel(this.#timer);',
      replace: '',
    },
  ],
  [
    /flush: partitions/,
    {
      name: 'forgets the first stage of partitions',
      file: `${FOLDER}/partitions.ts`,
      find: 'limits.intervalUs * FIRST_STAGE',
      replace: 'limits.intervalUs * 0.4',
    },
  ],
  [
    /flush: partitions/,
    {
      name: 'mixes up the partitions of records',
      file: `${FOLDER}/partitions.ts`,
      find: 'this.#keys[i] as number',
      replace: 'this.#keys[Math.max(0, i - 1)] as number',
    },
  ],
  [
    /flush: function/,
    {
      name: 'hands the function what came after the interval',
      file: `${FOLDER}/transformation.ts`,
      find: "intervalFrom: 'lastDelivery'",
      replace: "intervalFrom: 'firstRecord'",
    },
  ],
  [
    /ends once/,
    {
      name: 'drops what the destination did not take',
      file: `${FOLDER}/deliveries.ts`,
      find: "this.#backup.send(this.#shipment('delivery-failed', shipment.batches), 0);",
      replace: '',
    },
  ],
  [
    /lost: /,
    {
      name: 'loses what the destination did not take',
      file: `${FOLDER}/deliveries.ts`,
      find: "else if (end === 'givenUp') {",
      replace: "else if (end === 'refused') {",
    },
  ],
  [
    /lost: /,
    {
      name: 'gives S3 up after some time',
      file: `${FOLDER}/deliveries.ts`,
      find: '{ ...BUCKET, outstanding, retentionUs }',
      replace: '{ ...BUCKET, outstanding, retentionUs: retentionUs / 48 }',
    },
  ],
  [
    /ends once/,
    {
      name: 'forgets records of which the function says nothing',
      file: `${FOLDER}/transformation.ts`,
      find: '        this.#fail(records, i);\n',
      replace: '        if (said !== Result.missing) this.#fail(records, i);\n',
    },
  ],
  [
    /ends once/,
    {
      name: 'forgets a batch after its last invocation',
      file: `${FOLDER}/transformation.ts`,
      find: 'if (attempt > this.#settings.retries) this.#giveUp(batch);',
      replace: 'if (attempt > this.#settings.retries) this.#leave(batch);',
    },
  ],
  [
    /ends once|ended as|should have ended/,
    {
      name: 'delivers what the function failed on',
      file: `${FOLDER}/transformation.ts`,
      find: 'if (said === Result.ok)',
      replace: 'if (said === Result.ok || said === Result.processingFailed)',
    },
  ],
  [
    /ends once/,
    {
      name: 'loses records of one partition too many',
      file: `${FOLDER}/partitions.ts`,
      find: 'this.#output.errors(content,',
      replace: "if (content === 'partitioning-failed') this.#output.errors(content,",
    },
  ],
  [
    /ends once/,
    {
      name: 'forgets objects that wait for a COPY',
      file: `${FOLDER}/copies.ts`,
      find: 'this.#waiting.push(...batches);',
      replace: 'this.#waiting = [...batches];',
    },
  ],
  [
    /all are backed up/,
    {
      name: 'backs up nothing beside COPYs',
      file: `${FOLDER}/delivery-stream.ts`,
      find: 'if (this.#backsUpAll) this',
      replace: "if (this.#backsUpAll && this.settings.destination !== 'redshift') this",
    },
  ],
  [
    /as it was put|isn't there|ends once/,
    {
      name: 'uses a batch again that is still on its way',
      file: `${FOLDER}/record-batch.ts`,
      find: 'if (--batch.holds > 0) return;',
      replace: 'batch.holds--;',
    },
  ],
  [
    /twice without reason/,
    {
      name: 'takes an answer for a failure',
      file: `${FOLDER}/deliverer.ts`,
      find: "if (answer === 'ok') this.#end(shipment, 'delivered');",
      replace: "if (answer === 'ok' && shipment.attempt !== 2) this.#end(shipment, 'delivered');",
    },
  ],
  [
    /retry duration/,
    {
      name: 'tries again for longer than it may',
      file: `${FOLDER}/deliverer.ts`,
      find: 'Math.min(leftUs, retryEveryUs ?? this.#backoffUs(shipment))',
      replace: 'retryEveryUs ?? this.#backoffUs(shipment)',
    },
  ],
  [
    /lost: /,
    {
      name: 'gives up what can not be converted, like all else',
      file: `${FOLDER}/deliveries.ts`,
      find: '{ ...bucketRules, retentionUs: null }',
      replace: 'bucketRules',
    },
  ],
  [
    /ends once|lost: /,
    {
      name: 'never goes on after it has stood still',
      file: `${FOLDER}/deliveries.ts`,
      find: 'else this.primary.letGo();',
      replace: '',
    },
  ],
  [
    /ends once/,
    {
      name: 'forgets buffers that wait for room',
      file: `${FOLDER}/record-buffer.ts`,
      find: '      ahead.wait(this);\n',
      replace: '',
    },
  ],
];

describe('a stream that is wrong is caught when it', () => {
  test.each(broken.map(([property, mutation]) => [mutation.name, property, mutation] as const))(
    '%s',
    async (_name, property, mutation) => {
      const { DeliveryStream: Type } = await mutant<{ DeliveryStream: typeof DeliveryStream }>(
        `${FOLDER}/index.ts`,
        mutation,
      );
      const options = { seed: SEED, numRuns: 1000, endOnFailure: true };
      const found = property.source.startsWith('flush')
        ? fc.check(
            fc.property(flushGames, (game) => playFlushes(game, Type)),
            options,
          )
        : fc.check(
            fc.property(fateGames, (game) => playFates(game, Type)),
            options,
          );
      expect(found.failed).toBe(true);
      expect(String(found.errorInstance)).toMatch(property);
    },
  );
});
