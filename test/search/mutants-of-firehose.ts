/** Bugs of delivery streams that the search must find, each one text of one source replaced. */
import type { Mutant } from './mutants.ts';

const DELIVERER = 'src/services/firehose/deliverer.ts';
const DELIVERIES = 'src/services/firehose/deliveries.ts';
const STREAM = 'src/services/firehose/delivery-stream.ts';
const BUFFER = 'src/services/firehose/record-buffer.ts';
const TRANSFORMATION = 'src/services/firehose/transformation.ts';
const READER = 'src/workload/firehose-reader.ts';

export const FIREHOSE_MUTANTS: readonly Mutant[] = [
  {
    name: 'what is given up is not backed up',
    file: DELIVERIES,
    find: "this.#backup.send(this.#shipment('delivery-failed', shipment.batches), 0);",
    replace: '',
    breaks: ['conservation'],
  },
  {
    name: 'what the backup took counts as lost',
    file: DELIVERIES,
    find: "this.#finish(shipment, end === 'delivered' ? 'backedUp' : 'lost');",
    replace: "this.#finish(shipment, end === 'delivered' ? 'lost' : 'backedUp');",
    breaks: ['no-loss'],
  },
  {
    name: 'a delivery that finds no room is forgotten',
    file: DELIVERER,
    find: 'else this.#queue.push(shipment);',
    replace: '',
    breaks: ['conservation'],
  },
  {
    name: 'a delivery is lost at the end of its retries',
    file: DELIVERER,
    find: "this.#end(shipment, 'givenUp');",
    replace: "this.#end(shipment, 'expired');",
    breaks: ['no-loss'],
  },
  {
    name: 'a delivery without an answer is never tried again',
    file: DELIVERER,
    find: 'else this.#tryAgain(shipment);',
    replace: "else if (answer === 'failed') this.#tryAgain(shipment);",
    breaks: ['conservation'],
  },
  {
    name: 'a record that failed inside the service is acknowledged',
    file: STREAM,
    find: 'output.entryErrors[i] = firehoseErrors.internalFailure;',
    replace: 'output.entryErrors[i] = null;',
    breaks: ['conservation'],
  },
  {
    name: 'the record that fills a buffer is not in it',
    file: BUFFER,
    find: 'if (batch.bytes >= limits.bytes || batch.count >= limits.maxRecords) this.#due(batch);',
    replace:
      'if (batch.bytes >= limits.bytes || batch.count >= limits.maxRecords) { batch.count--; this.#due(batch); }',
    breaks: ['conservation'],
  },
  {
    name: 'a batch whose function failed for the last time is gone',
    file: TRANSFORMATION,
    find: 'this.#output.failed(',
    replace: '((..._gone: unknown[]) => {})(',
    breaks: ['conservation'],
  },
  {
    name: 'a buffer that waits for room is closed by nobody',
    file: BUFFER,
    find: 'if (this.#waits) this.close();',
    replace: '',
    breaks: ['conservation'],
  },
  {
    name: 'the reader hands on one record fewer than it read',
    file: READER,
    find: 'columns.count = count;',
    replace: 'columns.count = Math.max(1, count - 1);',
    breaks: ['conservation'],
  },
];
