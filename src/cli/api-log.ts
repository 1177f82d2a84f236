/** `--api-log file`: the calls of the first replication of one design, in CloudTrail's format, a line of JSON each. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { ApiLog, runReplication } from '../experiment/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { systemReason, UserError } from './exit.ts';

export interface ApiLogOption {
  readonly file: string;
  /** What virtual time 0 is, in seconds since 1970. */
  readonly epochSeconds: number;
}

const MOST_LINES = 1_000_000;
const FLUSH_LINES = 1000;
const EPOCH_FORM = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/;

/** `2026-11-24T09:00:00Z`, or a day. @throws UserError `bad-option` */
export function parseEpoch(text: string): number {
  const ms = EPOCH_FORM.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms / 1000;
  throw new UserError('bad-option', `--api-log-epoch ${text} → expected an instant such as 2026-11-24T09:00:00Z`);
}

/** Runs the first replication once more and writes its calls; tells how many there are. @throws UserError `unwritable` */
export function writeApiLog(scenario: ResolvedScenario, design: string, option: ApiLogOption): string {
  let file: number;
  try {
    file = openSync(option.file, 'w');
  } catch (error) {
    throw new UserError('unwritable', `--api-log ${option.file}: cannot be written → ${systemReason(error)}`);
  }
  try {
    let lines: string[] = [];
    const flush = (): void => {
      if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
      lines = [];
    };
    const log = new ApiLog({
      write: (line) => {
        lines.push(line);
        if (lines.length >= FLUSH_LINES) flush();
      },
      epochSeconds: option.epochSeconds,
      most: MOST_LINES,
      run: `${scenario.name}/${scenario.seed}/${design}`,
    });
    runReplication(scenario, design, 0, { log });
    flush();
    const rest = log.dropped === 0 ? '' : `; ${log.dropped} more are left out`;
    return `API log: ${option.file} (${log.lines} calls of design ${design}, replication 0${rest})`;
  } finally {
    closeSync(file);
  }
}
