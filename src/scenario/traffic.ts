/** Traffic as written → as resolved: recordings are read and counted. */
import { parseTrace, traceErrorText, type TraceSpec, type WrittenSource } from '../workload/schema.ts';
import type { TrafficSettings, TrafficSource } from '../workload/settings.ts';
import type { Finding, Path } from './document.ts';
import { readBy } from './findings.ts';
import type { Named } from './names.ts';
import type { ReadText, Schemas } from './schemas.ts';
import { sha256Hex } from './sha256.ts';

/** A traffic and what its recording leaves open. */
export interface ReadTraffic {
  readonly settings: TrafficSettings;
  /** Counted periods without a row, taken to be without requests. */
  readonly missingPeriods: number;
}

/** Reads every traffic; those with an error are left out. */
export function readTraffic(
  schemas: Schemas,
  named: readonly Named[],
  readText: ReadText,
  findings: Finding[],
): ReadTraffic[] {
  const read: ReadTraffic[] = [];
  for (const one of named) {
    const written = readBy(schemas.traffic, one.raw, one.path, findings);
    if (written === null) continue;
    const source = sourceOf(written.source, [...one.path, 'trace'], readText, findings);
    if (source === null) continue;
    read.push({
      settings: { name: one.name, ...written, source: source.source },
      missingPeriods: source.missingPeriods,
    });
  }
  return read;
}

function sourceOf(
  written: WrittenSource,
  path: Path,
  readText: ReadText,
  findings: Finding[],
): { readonly source: TrafficSource; readonly missingPeriods: number } | null {
  if (written.kind !== 'trace') return { source: written, missingPeriods: 0 };
  const { trace } = written;
  const text = readText(trace.file);
  if (text === undefined) {
    findings.push({ code: 'no-file', path: [...path, 'file'], expected: 'a readable file of UTF-8 text' });
    return null;
  }
  const outcome = parseTrace(text, trace);
  if (!outcome.ok) {
    for (const error of outcome.errors) findings.push(badRow(trace, error.code, traceErrorText(error), path));
    return null;
  }
  const recording = { sha256: sha256Hex(text), ...outcome.recording };
  const { scale, speed, burstiness } = trace;
  return {
    source: { kind: 'trace', recording, scale, speed, everyUs: outcome.everyUs, burstiness },
    missingPeriods: outcome.missingPeriods,
  };
}

function badRow(trace: TraceSpec, code: string, text: string, path: Path): Finding {
  // The parser's line says what was expected of the row; the column is a setting of the scenario.
  const at = code === 'trace-column' ? (text.includes(`column ${trace.time}:`) ? 'time' : 'count') : 'file';
  const [place = '', ...rest] = text.split(': expected ');
  return { code: 'bad-file', path: [...path, at], value: `${trace.file} ${place}`, expected: rest.join(': expected ') };
}
