/** What happened to the requests that a break is about, a line a record; the records that prove it are marked. */
import type { HistoryRecord } from '../history/index.ts';
import { instant, recordWords } from '../report/record-words.ts';

/** Lines of a story at most: what a reader can follow. The first few say where it comes from, the rest how it ends. */
const MOST = 24;
const FIRST = 6;

export function tell(records: readonly HistoryRecord[], evidence: readonly number[]): string[] {
  const proof = new Set(evidence);
  const last = evidence.at(-1) ?? -1;
  const entities = new Set(records.flatMap(({ n, entity }) => (proof.has(n) && entity !== undefined ? [entity] : [])));
  const about = records.filter(({ n, entity }) => n <= last && entity !== undefined && entities.has(entity));
  const faults = faultsFrom(records, about[0]?.n ?? last).filter(({ n }) => n <= last);
  const told = [...about, ...faults].sort((a, b) => a.n - b.n);
  const left = told.length - MOST;
  const lines = told.map((record) => line(record, proof.has(record.n)));
  return left <= 0 ? lines : [...lines.slice(0, FIRST), `    … ${left} more`, ...lines.slice(FIRST + left)];
}

/** Beginnings and ends of the faults that were in force at a record or came after it. */
function faultsFrom(records: readonly HistoryRecord[], n: number): HistoryRecord[] {
  const faults: HistoryRecord[] = [];
  for (const record of records) {
    if (record.do !== 'fault') continue;
    if (record.is === 'invoke' || record.n > n) faults.push(record);
    // Over before it: its beginning goes too.
    else
      faults.splice(
        faults.findLastIndex(({ on, is }) => on === record.on && is === 'invoke'),
        1,
      );
  }
  return faults;
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
