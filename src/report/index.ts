/** The door of the report room: pure functions of a saved result. Nothing is simulated, nothing is read or written. */
import type { Result } from '../experiment/result.ts';
import { distributionsCsv, seriesCsv } from './csv.ts';
import { documentOf } from './document.ts';
import { type Drawing, draw, standaloneSvg } from './figure.ts';
import { designNames } from './findings.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { sequenceSvg } from './sequence/figure.ts';
import { brokenStories, idOf } from './story.ts';

export { compareResults, type ResultDifference, type Side } from './diff/compare.ts';
export { describeDifference } from './diff/text.ts';
export { type LifeContext, lifeOf, lifeText } from './life.ts';
export { brokenStories, lineText, NO_SETTING, sameProof, type StoryLine, storyLines, titleOf } from './story.ts';
export { storyText, verdictsText } from './story-text.ts';
export { summarise } from './terminal.ts';
export type { SummaryOptions } from './terminal-text.ts';

export type ReportFormat = 'html' | 'json' | 'md' | 'csv' | 'svg';

/** Every format, in the order in which files are listed. */
export const REPORT_FORMATS: readonly ReportFormat[] = ['html', 'json', 'md', 'csv', 'svg'];

/**
 * The files of a report: path relative to the output folder, with `/`, to content. The same result gives the same bytes on every
 * machine. Throws an Error where the result is not one of `spillway/result@1`.
 */
export async function renderFiles(
  result: Result,
  formats: ReadonlySet<ReportFormat>,
): Promise<ReadonlyMap<string, string>> {
  if (result.schema !== 'spillway/result@1') {
    throw new Error(
      `report: expected a result of schema "spillway/result@1", got ${JSON.stringify(result.schema) ?? 'none'}`,
    );
  }
  const files = new Map<string, string>();
  const report = documentOf(result);
  const drawings = new Map<string, Drawing>();
  if (formats.has('html') || formats.has('svg')) {
    for (const chart of report.charts) drawings.set(chart.id, await draw(chart, formats.has('html')));
  }
  if (formats.has('html')) files.set('report.html', html(result, report, drawings));
  if (formats.has('json')) files.set('result.json', `${JSON.stringify(result)}\n`);
  if (formats.has('md')) files.set('report.md', markdown(report, formats.has('svg')));
  if (formats.has('csv')) {
    for (const name of designNames(result)) {
      files.set(`series/${name}.csv`, seriesCsv(result, name));
      files.set(`distributions/${name}.csv`, distributionsCsv(result, name));
    }
  }
  if (formats.has('svg')) {
    for (const story of brokenStories(result)) files.set(`charts/${idOf(story)}.svg`, sequenceSvg(story));
  }
  if (formats.has('svg')) for (const [id, drawing] of drawings) files.set(`charts/${id}.svg`, standaloneSvg(drawing));
  return files;
}
