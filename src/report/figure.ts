/** A chart as HTML figure (two drawings: for wide and for narrow screens) or as an SVG file of its own. */
import { type Caption, type Chart, type LegendItem, NARROW, WIDE } from './charts/chart.ts';
import { drawSvg, type Svg } from './charts/render.ts';
import { darkRules, FONT, INK, MUTED, PAPER, type Tint, TINTS } from './charts/theme.ts';
import { escapeHtml, htmlText } from './escape.ts';
import { widthOf, wrapText } from './text-width.ts';

export interface Drawing {
  readonly chart: Chart;
  readonly wide: Svg;
  readonly narrow: Svg | undefined;
}

export async function draw(chart: Chart, both: boolean): Promise<Drawing> {
  const wide = await drawSvg(chart, WIDE);
  const narrow = both ? await drawSvg(chart, NARROW) : undefined;
  return { chart, wide, narrow };
}

function swatch(item: LegendItem, x: number, y: number): string {
  const colour = item.tint.light;
  switch (item.mark) {
    case 'line': {
      const dash = item.dash !== undefined && item.dash.length > 0 ? ` stroke-dasharray="${item.dash.join(' ')}"` : '';
      return `<path d="M${x},${y + 6}h20" fill="none" stroke="${colour}" stroke-width="2.5"${dash}/>`;
    }
    case 'area':
      return `<rect x="${x}" y="${y}" width="20" height="12" fill="${colour}" fill-opacity="0.3"/>`;
    case 'square':
      return `<rect x="${x + 4}" y="${y}" width="12" height="12" fill="${colour}"/>`;
    case 'dot':
      return `<circle cx="${x + 10}" cy="${y + 6}" r="4.5" fill="${colour}"/>`;
  }
}

export function legendHtml(legend: readonly LegendItem[]): string {
  const items = legend.map(
    (item) =>
      `<li><svg width="20" height="12" viewBox="0 0 20 12" aria-hidden="true">${swatch(item, 0, 0)}</svg>${htmlText(item.label)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}

export function figureHtml(drawing: Drawing): string {
  const { chart } = drawing;
  const picture = (svg: Svg, total: number, kind: string) =>
    `<svg class="chart ${kind}" viewBox="0 0 ${total} ${svg.height}" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.alt}`)}">${svg.inner}</svg>`;
  return `<figure id="chart-${escapeHtml(chart.id)}">
<figcaption><h3>${htmlText(chart.title)}</h3><p class="sub">${htmlText(chart.subtitle)}</p></figcaption>
${legendHtml(chart.legend)}
${picture(drawing.wide, WIDE.total, 'wide')}
${drawing.narrow === undefined ? '' : picture(drawing.narrow, NARROW.total, 'narrow')}
</figure>`;
}

/** The chart with title and legend as one SVG file; it follows the reader's colour scheme. `total`: how wide the drawing is; `tints`: its colours. */
export function standaloneSvg(
  drawing: Pick<Drawing, 'wide'> & { readonly chart: Caption },
  total: number = WIDE.total,
  tints: readonly Tint[] = TINTS,
): string {
  const { chart, wide } = drawing;
  const width = total + 40;
  const parts: string[] = [];
  let y = 34;
  for (const text of wrapText(chart.title, 17, total)) {
    parts.push(`<text x="20" y="${y}" font-size="17" font-weight="600" fill="${INK.light}">${escapeHtml(text)}</text>`);
    y += 22;
  }
  for (const text of wrapText(chart.subtitle, 12, total)) {
    parts.push(`<text x="20" y="${y}" font-size="12" fill="${MUTED.light}">${escapeHtml(text)}</text>`);
    y += 16;
  }
  y += 8;
  let x = 20;
  for (const item of chart.legend) {
    const needed = 28 + widthOf(item.label, 12);
    if (x > 20 && x + needed > width - 20) {
      x = 20;
      y += 19;
    }
    parts.push(
      swatch(item, x, y - 10),
      `<text x="${x + 26}" y="${y}" font-size="12" fill="${INK.light}">${escapeHtml(item.label)}</text>`,
    );
    x += needed + 18;
  }
  y += 14;
  const height = Math.ceil(y + wide.height + 14);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.alt}`)}" font-family="${escapeHtml(FONT)}">
<title>${escapeHtml(chart.title)}</title><desc>${escapeHtml(chart.alt)}</desc>
<style>@media (prefers-color-scheme: dark){${darkRules(' ', tints).trim()}}</style>
<rect width="${width}" height="${height}" fill="${PAPER.light}"/>
${parts.join('')}
<g transform="translate(20,${y})">${wide.inner}</g>
</svg>
`;
}
