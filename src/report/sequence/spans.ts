/** What lasts in a sequence chart, by its rows: a message that somebody holds, a handler at work, a fault. */
import type { HistoryRecord } from '../record-words.ts';
import type { Setting } from '../story.ts';
import { endsOf } from './lifelines.ts';
import type { Step } from './steps.ts';

export interface Span {
  readonly kind: 'held' | 'working' | 'fault';
  /** Whose lifeline; null: everybody's. */
  readonly at: string | null;
  /** Rows, where half a row is between two; `to` is null where it lasts to the bottom. */
  readonly from: number;
  readonly to: number | null;
}

export function spansOf(steps: readonly Step[], setting: Setting): Span[] {
  const records = steps.map(({ line }) => line.record);
  return records.flatMap((record, row): Span[] => {
    const at = endsOf(record, setting).from?.id ?? null;
    if (record.do === 'receive' && record.is === 'ok')
      return [{ kind: 'held', at, from: row, to: releaseOf(records, row, setting) }];
    if (record.do === 'handle' && record.is === 'invoke')
      return [{ kind: 'working', at, from: row, to: nextRow(records, row, (one) => isEndOf(one, record)) }];
    if (record.do === 'fault' && record.is === 'invoke')
      return [{ kind: 'fault', at: null, from: row, to: nextRow(records, row, (one) => isFaultEnd(one, record)) }];
    return [];
  });
}

function nextRow(
  records: readonly HistoryRecord[],
  after: number,
  isIt: (record: HistoryRecord) => boolean,
): number | null {
  const row = records.findIndex((record, i) => i > after && isIt(record));
  return row < 0 ? null : row;
}

function isEndOf(one: HistoryRecord, begun: HistoryRecord): boolean {
  return (
    one.do === 'handle' &&
    one.is !== 'invoke' &&
    one.client === begun.client &&
    one.who === begun.who &&
    one.entity === begun.entity
  );
}

function isFaultEnd(one: HistoryRecord, begun: HistoryRecord): boolean {
  return one.do === 'fault' && one.is === 'ok' && one.on === begun.on;
}

/** Until its holder deletes it or gives it back, or its timeout is over: whichever the story tells first. */
function releaseOf(records: readonly HistoryRecord[], row: number, setting: Setting): number | null {
  const received = records[row] as HistoryRecord;
  let dueUs = dueOf(received, received.valueUs ?? setting.visibilityUs(received.on ?? ''));
  for (let i = row + 1; i < records.length; i++) {
    const one = records[i] as HistoryRecord;
    if (one.us > dueUs) return i - 0.5;
    const isAbout = one.on === received.on && one.message === received.message;
    if (one.do === 'purge' && one.on === received.on) return i;
    if (!isAbout || one.handle !== received.handle || one.is !== 'ok') continue;
    if (one.do === 'delete' || (one.do === 'visibility' && one.valueUs === 0)) return i;
    if (one.do === 'visibility') dueUs = dueOf(one, one.valueUs);
  }
  return null;
}

function dueOf({ us, servedUs }: HistoryRecord, timeoutUs: number | undefined): number {
  return timeoutUs === undefined ? Number.POSITIVE_INFINITY : (servedUs ?? us) + timeoutUs;
}
