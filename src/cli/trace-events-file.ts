/** `--trace-events file`: the first replication of one design in Chrome's trace format, for Perfetto. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { runReplication } from '../experiment/index.ts';
import { Timeline } from '../history/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { systemReason, UserError } from './exit.ts';
import { stageOf } from './stage.ts';

/** Records of the history that are drawn: some 270 MB. */
const MOST_RECORDS = 2_000_000;
const FLUSH_EVENTS = 1000;
/** Values of each count over the whole run. */
const COUNTS = 5000;

/** Runs the first replication once more and draws it; tells how much there is. @throws UserError `unwritable` */
export function writeTraceEvents(
  scenario: ResolvedScenario,
  design: string,
  path: string,
  most: number = MOST_RECORDS,
): string {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw new UserError('unwritable', `--trace-events ${path}: cannot be written → ${systemReason(error)}`);
  }
  try {
    const { name, seed, horizonUs, drainUs } = scenario;
    const about = { scenario: name, design, replication: 0, seed };
    writeSync(file, `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[\n`);
    let events: string[] = [];
    let separator = '';
    const flush = (): void => {
      if (events.length === 0) return;
      writeSync(file, separator + events.join(',\n'));
      separator = ',\n';
      events = [];
    };
    const write = (event: string): void => {
      events.push(event);
      if (events.length >= FLUSH_EVENTS) flush();
    };
    const stepUs = Math.max(1, Math.ceil((horizonUs + drainUs) / COUNTS));
    const timeline = new Timeline(write, { ...stageOf(scenario, design), most, stepUs });
    try {
      runReplication(scenario, design, 0, { judge: false, history: timeline });
    } finally {
      // What a run that is given up has told is a timeline too.
      timeline.finish();
      flush();
      writeSync(file, '\n]}\n');
    }
    return summary(timeline, design, path);
  } finally {
    closeSync(file);
  }
}

function summary(timeline: Timeline, design: string, path: string): string {
  const { records, dropped, events, notDrawn, messagesNotDrawn } = timeline;
  const out = [
    ...(dropped > 0 ? [`${dropped} more records`] : []),
    ...(notDrawn > 0 ? [`${notDrawn} calls of clients with too many at once`] : []),
    ...(messagesNotDrawn > 0
      ? [`${messagesNotDrawn} messages of queues with too many at once, which are counted only`]
      : []),
  ];
  const rest = out.length === 0 ? '' : `; left out: ${out.join(', ')}`;
  return `Trace events: ${path} (${events} events from ${records} records of design ${design}, replication 0${rest}). Open it in https://ui.perfetto.dev`;
}
