/** The files of a report: text from the report room, and pictures made from its drawings. */
import type { Result } from '../experiment/index.ts';
import { renderFiles } from '../report/index.ts';
import type { Format } from './overrides.ts';

/** Path relative to the report's folder to content. */
export type ReportFiles = ReadonlyMap<string, string | Uint8Array>;

export async function renderReport(result: Result, formats: ReadonlySet<Format>): Promise<ReportFiles> {
  const texts = new Set([...formats].filter((format) => format !== 'png'));
  const files = new Map<string, string | Uint8Array>(await renderFiles(result, texts));
  if (!formats.has('png')) return files;
  const { toPng } = await import('./png.ts');
  const drawings = formats.has('svg') ? files : await renderFiles(result, new Set(['svg'] as const));
  for (const [name, drawing] of drawings) {
    if (name.endsWith('.svg') && typeof drawing === 'string')
      files.set(name.replace(/svg$/, 'png'), await toPng(drawing));
  }
  return files;
}
