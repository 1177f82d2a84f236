/** report.html: one file, no script, no network. */
import type { Result } from '../experiment/result.ts';
import type { Block, ReportDocument, Section } from './document.ts';
import { escapeHtml, htmlText } from './escape.ts';
import { type Drawing, figureHtml } from './figure.ts';
import { duration, plural } from './format.ts';
import { sequenceHtml } from './sequence/figure.ts';
import { titleIn } from './story.ts';
import { styleSheet } from './style.ts';
import type { Cell, Column, Table } from './tables.ts';

export function html(result: Result, report: ReportDocument, drawings: ReadonlyMap<string, Drawing>): string {
  const { story } = report;
  const alarm =
    story.alarms.length === 0
      ? ''
      : `<section class="alarm" aria-labelledby="h-alarm"><h2 id="h-alarm">Not as expected</h2><ul>${story.alarms.map((text) => `<li>${htmlText(text)}</li>`).join('')}</ul></section>`;
  const stories = story.designs
    .map(
      (one) =>
        `<article class="story d${one.index % 8}"><h3>${htmlText(one.name)}</h3>${one.sentences.map((text) => `<p>${htmlText(text)}</p>`).join('')}</article>`,
    )
    .join('\n');
  const nav = report.sections.map((section) => `<a href="#${section.id}">${htmlText(section.title)}</a>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="spillway ${escapeHtml(result.version)}">
<title>${escapeHtml(report.title)} · Spillway</title>
<style>
${styleSheet()}
</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header class="top">
<p class="kicker">Spillway · ${htmlText(`${plural(report.designs.length, 'design')} · ${plural(result.replications, 'replication')} of ${duration(result.horizonMs)}`)}</p>
<h1>${htmlText(report.title)}</h1>
${report.question === '' ? '' : `<p class="question">${htmlText(report.question)}</p>`}
<nav aria-label="Sections">${nav}</nav>
</header>
<main>
${alarm}
${report.broken.map((one) => sequenceHtml(one)).join('\n')}
<section id="answer" aria-label="The answer">
<p class="headline">${htmlText(story.headline)}</p>
<div class="stories">
${stories}
</div>
</section>
${report.sections.map((section) => sectionHtml(section, drawings)).join('\n')}
</main>
<footer>Spillway ${escapeHtml(result.version)}, facts of ${escapeHtml(result.facts)}. Virtual time throughout: nothing here was measured on a machine.</footer>
</body>
</html>
`;
}

function sectionHtml(section: Section, drawings: ReadonlyMap<string, Drawing>): string {
  return `<section id="${section.id}"${section.boxed === true ? ' class="box"' : ''} aria-labelledby="h-${section.id}">
<h2 id="h-${section.id}">${htmlText(section.title)}</h2>
${section.blocks.map((block) => blockHtml(block, drawings)).join('\n')}
</section>`;
}

function blockHtml(block: Block, drawings: ReadonlyMap<string, Drawing>): string {
  switch (block.kind) {
    case 'text':
      return `<p>${htmlText(block.text)}</p>`;
    case 'list':
      return `<ul class="plainlist">${block.items.map((item) => `<li>${htmlText(item)}</li>`).join('')}</ul>`;
    case 'table':
      return tableHtml(block.table, block.caption);
    case 'chart': {
      const drawing = drawings.get(block.chart.id);
      return drawing === undefined ? '' : figureHtml(drawing);
    }
    case 'broken':
      return `<details><summary>How it came about: ${htmlText(titleIn(block.story))}</summary>${sequenceHtml(block.story)}</details>`;
    case 'facts':
      return `<dl>${block.facts.map(([name, value]) => `<dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd>`).join('')}</dl>`;
    case 'code': {
      const code = `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`;
      return block.fold === undefined ? code : `<details><summary>${htmlText(block.fold)}</summary>${code}</details>`;
    }
  }
}

function tableHtml(table: Table, caption: string): string {
  const head = table.columns
    .map(
      (column) =>
        `<th scope="col"${headClass(column)}>${column.design === undefined ? '' : '<span class="chip"></span>'}${htmlText(column.label)}</th>`,
    )
    .join('');
  const bodies = table.groups
    .map((group) => {
      const heading =
        group.heading === undefined
          ? ''
          : `<tr><th class="group" scope="rowgroup" colspan="${table.columns.length}">${htmlText(group.heading)}</th></tr>\n`;
      return `<tbody>\n${heading}${group.rows.map((row) => `<tr>${row.map((cell, index) => cellHtml(cell, table.columns[index], index === (table.header ?? 0))).join('')}</tr>`).join('\n')}\n</tbody>`;
    })
    .join('\n');
  const prose = table.columns.every((column) => column.align === 'left') ? ' wrap' : '';
  return `<div class="scroll${prose}" role="region" tabindex="0" aria-label="${escapeHtml(caption)}">
<table><caption>${htmlText(caption)}</caption>
<thead><tr>${head}</tr></thead>
${bodies}
</table></div>
${table.note === undefined ? '' : `<p class="note">${htmlText(table.note)}</p>`}`;
}

function headClass(column: Column): string {
  const classes = [
    column.align === 'right' ? 'r' : '',
    column.design === undefined ? '' : `design d${column.design % 8}`,
  ].filter((one) => one !== '');
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
}

const MARKS: Readonly<Record<string, string>> = { met: '✓ ', missed: '✗ ', undecided: '~ ', held: '✓ ', broken: '✗ ' };

function cellHtml(cell: Cell, column: Column | undefined, header: boolean): string {
  const tag = header ? 'th' : 'td';
  const tagged = cell.tone !== undefined && (cell.tone !== 'quiet' || MARKS[cell.text] !== undefined);
  const words = header ? htmlText(cell.text).replace(/([a-z])([A-Z])/g, '$1<wbr>$2') : htmlText(cell.text);
  const main = `${tagged ? (MARKS[cell.text] ?? '') : ''}${words}`;
  const text = tagged
    ? `<span class="tag ${cell.tone ?? 'quiet'}">${main}</span>`
    : cell.tone === 'quiet'
      ? `<span class="plain">${main}</span>`
      : main;
  return `<${tag}${header ? ' scope="row"' : ''}${column?.align === 'right' ? ' class="r"' : ''}>${text}${cell.sub === undefined ? '' : `<small>${htmlText(cell.sub)}</small>`}</${tag}>`;
}
