/** Records as rows of a sequence chart: an arrow between two lifelines, a note at one, or a line across all. */
import type { HistoryRecord } from '../record-words.ts';
import type { Setting, StoryLine } from '../story.ts';
import { duration } from '../format.ts';
import { endsOf } from './lifelines.ts';

export interface Step {
  readonly line: StoryLine;
  /** Lifeline where the arrow begins; null: the row is about everybody. */
  readonly from: string | null;
  /** Where it ends; null: a note beside `from`. */
  readonly to: string | null;
  /** `lost`: an answer that never came. `failed`: one that says no. */
  readonly kind: 'call' | 'answer' | 'failed' | 'lost' | 'note' | 'across';
  readonly label: string;
}

export function stepsOf(lines: readonly StoryLine[], setting: Setting): Step[] {
  return lines.map((line) => {
    const { record } = line;
    const ends = endsOf(record, setting);
    const label = labelOf(record, setting);
    const [from, to] = [ends.from?.id ?? null, ends.to?.id ?? null];
    if (from === null) return { line, from, to, kind: 'across', label };
    if (to === null) return { line, from, to, kind: 'note', label };
    const isCall =
      record.is === 'invoke' || record.do === 'deliver' || (record.do === 'visibility' && record.is === 'ok');
    if (isCall) return { line, from, to, kind: record.is === 'fail' ? 'lost' : 'call', label };
    const kind = record.is === 'unknown' ? 'lost' : record.is === 'fail' ? 'failed' : 'answer';
    return { line, from: to, to: from, kind, label };
  });
}

const ANSWERS: Readonly<Record<string, string>> = { ok: 'done', fail: 'no', unknown: 'no answer' };

const LABELS: Readonly<Record<string, string>> = {
  'request invoke': 'calls for',
  'send invoke': 'sends',
  'send ok': 'has taken',
  'publish invoke': 'publishes',
  'publish ok': 'has taken',
  'receive ok': 'gives',
  'delete invoke': 'deletes',
  'delete ok': 'has deleted',
  'handle invoke': 'begins to work on',
  'handle ok': 'effect of',
  'handle fail': 'no effect of',
  'handle unknown': 'vanishes with',
  'owed ok': 'owes',
  'deliver ok': 'delivers',
  'deliver fail': 'gives up',
  'left ok': 'still has',
  'purge invoke': 'purges',
};

/** Short: the sentence stands beside the chart under the same number. */
function labelOf(record: HistoryRecord, setting: Setting): string {
  const { entity, receives, subscription } = record;
  const what =
    entity === undefined ? (record.message === undefined ? '' : ` message ${record.message}`) : ` request ${entity}`;
  if (record.do === 'fault')
    return record.is === 'invoke' ? `fault: ${setting.fault(record) ?? record.on}` : `end of the fault at ${record.on}`;
  if (record.do === 'visibility' && record.is === 'ok')
    return record.valueUs === 0 ? `gives back${what}` : `hides${what} for ${duration((record.valueUs ?? 0) / 1000)}`;
  if (record.do === 'owed' && subscription !== undefined)
    return `owes${what} to ${setting.endpoint(subscription) ?? `subscription ${subscription}`}`;
  const label = LABELS[`${record.do} ${record.is}`];
  const again = record.do === 'receive' && receives !== undefined && receives > 1 ? `, receive ${receives}` : '';
  if (label !== undefined) return `${label}${what}${again}`;
  const why = record.is === 'fail' && record.because !== undefined ? `: ${record.because}` : '';
  return `${ANSWERS[record.is] ?? record.is}${why}${what}`;
}
