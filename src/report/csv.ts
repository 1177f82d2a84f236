/** Series and distributions as CSV: every bucket, nothing thinned out. */
import type { Result } from '../experiment/result.ts';
import { designOf } from './findings.ts';
import { csvField } from './escape.ts';

function field(value: number | null | undefined): string {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

function lines(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[header.map(csvField), ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

/** One row a bucket: its start in milliseconds, then every series as `entity.key`. */
export function seriesCsv(result: Result, name: string): string {
  const design = designOf(result, name);
  const columns = Object.entries(design.series).flatMap(([entity, keys]) =>
    Object.entries(keys).map(([key, series]) => ({ title: `${entity}.${key}`, series })),
  );
  const length = columns.reduce((longest, column) => Math.max(longest, column.series.length), 0);
  return lines(
    ['timeMs', ...columns.map((column) => column.title)],
    Array.from({ length }, (_, index) => [
      String(index * result.resolutionMs),
      ...columns.map((column) => field(column.series[index])),
    ]),
  );
}

/**
 * One row a pair: which distribution, the share of the finished, the value at or under which it lies
 * (milliseconds where the name ends in `Ms`).
 */
export function distributionsCsv(result: Result, name: string): string {
  const rows = Object.entries(designOf(result, name).distributions).flatMap(([key, pairs]) =>
    pairs.map(([value, share]) => [csvField(key), field(share), field(value)]),
  );
  return lines(['distribution', 'shareOfFinished', 'value'], rows);
}
