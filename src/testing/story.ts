/** What happened to the requests that a break is about, a line a record; the records that prove it are marked. */
import { Chronicle, type History, type HistoryRecord } from '../history/index.ts';
import { instant, recordWords } from '../report/record-words.ts';

/** `evidence`: numbers of the records that prove it. */
export function tell(history: History, evidence: readonly number[]): string[] {
  const chronicle = new Chronicle(evidence.map((n) => history.record(n)));
  for (const chunk of history.chunks) chronicle.take(chunk, history.names);
  const proof = new Set(evidence);
  return chronicle.story().map((record) => line(record, proof.has(record.n)));
}

function line(record: HistoryRecord, marked: boolean): string {
  return `${marked ? '>' : ' '} ${instant(record.us).padStart(11)}  ${words(record)}`;
}

function words(record: HistoryRecord): string {
  const { do: operation, is, client = 'somebody', who, entity } = record;
  // Code that failed may well have had an effect before.
  if (operation === 'handle' && is === 'fail') {
    return `${client}${who === undefined ? '' : ` #${who}`} failed on request ${entity}`;
  }
  return recordWords(record);
}
