/** `--history file`: what clients did and saw in the first replication of one design, a line of JSON each. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { runReplication } from '../experiment/index.ts';
import { HistoryLines } from '../history/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { systemReason, UserError } from './exit.ts';

const MOST_LINES = 10_000_000;
const FLUSH_LINES = 1000;

/** Runs the first replication once more and writes its history; tells how many records there are. @throws UserError `unwritable` */
export function writeHistory(scenario: ResolvedScenario, design: string, path: string): string {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw new UserError('unwritable', `--history ${path}: cannot be written → ${systemReason(error)}`);
  }
  try {
    let lines: string[] = [];
    const flush = (): void => {
      if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
      lines = [];
    };
    const history = new HistoryLines((line) => {
      lines.push(line);
      if (lines.length >= FLUSH_LINES) flush();
    }, MOST_LINES);
    runReplication(scenario, design, 0, { judge: false, history });
    flush();
    const rest = history.dropped === 0 ? '' : `; ${history.dropped} more are left out`;
    return `History: ${path} (${history.lines} records of design ${design}, replication 0${rest})`;
  } finally {
    closeSync(file);
  }
}
