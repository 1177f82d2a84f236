/** report.md: the same story for a repository or a review. */
import type { Block, ReportDocument } from './document.ts';
import { escapeMarkdown } from './escape.ts';
import { type BrokenStory, idOf, lineText, titleIn, whyOf } from './story.ts';
import type { Table } from './tables.ts';

/** `charts`: whether the drawings lie beside it. */
export function markdown(report: ReportDocument, charts: boolean): string {
  const { story } = report;
  const parts: string[] = [`# ${escapeMarkdown(report.title)}`];
  if (report.question !== '') parts.push(escapeMarkdown(report.question));
  if (story.alarms.length > 0)
    parts.push(`> **Not as expected**\n>\n${story.alarms.map((text) => `> - ${escapeMarkdown(text)}`).join('\n')}`);
  for (const one of report.broken)
    parts.push(`## How it came about: ${escapeMarkdown(titleIn(one))}`, brokenMarkdown(one, charts));
  parts.push(`**${escapeMarkdown(story.headline)}**`);
  for (const design of story.designs) {
    parts.push(`**${escapeMarkdown(design.name)}.** ${design.sentences.map(escapeMarkdown).join(' ')}`);
  }
  for (const section of report.sections) {
    parts.push(`## ${escapeMarkdown(section.title)}`, ...section.blocks.map((block) => blockMarkdown(block, charts)));
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function blockMarkdown(block: Block, charts: boolean): string {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table':
      return tableMarkdown(block.table);
    case 'chart': {
      const { chart } = block;
      const words = `### ${escapeMarkdown(chart.title)}\n\n${escapeMarkdown(chart.subtitle)}.`;
      return charts ? `${words}\n\n![${escapeMarkdown(chart.alt)}](charts/${encodeURIComponent(chart.id)}.svg)` : words;
    }
    case 'broken': {
      const { story } = block;
      return `<details><summary>How it came about: ${escapeMarkdown(titleIn(story))}</summary>\n\n${brokenMarkdown(story, charts)}\n\n</details>`;
    }
    case 'facts':
      return block.facts.map(([name, value]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`).join('\n');
    case 'code': {
      const fence = '`'.repeat(Math.max(3, ...[...block.text.matchAll(/`+/g)].map((run) => run[0].length + 1)));
      // The resolved scenario is in result.json; here it would bury the rest.
      return block.fold === undefined ? `${fence}sh\n${block.text}\n${fence}` : '';
    }
  }
}

/** Why, the sequence chart where it lies beside, and the records one by one. */
function brokenMarkdown(story: BrokenStory, charts: boolean): string {
  const picture = charts ? [`![${escapeMarkdown(titleIn(story))}](charts/${encodeURIComponent(idOf(story))}.svg)`] : [];
  const lines = story.lines.map((line) => {
    const words = escapeMarkdown(lineText(line));
    return `${line.number}. ${line.isProof ? `**${words}**` : words}`;
  });
  return [escapeMarkdown(whyOf(story)), ...picture, lines.join('\n'), 'What proves it is in bold.'].join('\n\n');
}

function tableMarkdown(table: Table): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    row(table.columns.map((column) => escapeMarkdown(column.label))),
    row(table.columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
  ];
  for (const group of table.groups) {
    if (group.heading !== undefined) {
      lines.push(
        row(table.columns.map((_, index) => (index === 0 ? `**${escapeMarkdown(group.heading ?? '')}**` : ''))),
      );
    }
    for (const cells of group.rows) {
      lines.push(
        row(
          cells.map((cell) => {
            const text = escapeMarkdown(cell.text);
            const toned = cell.tone === 'bad' || cell.tone === 'warn' ? `**${text}**` : text;
            return cell.sub === undefined ? toned : `${toned} (${escapeMarkdown(cell.sub)})`;
          }),
        ),
      );
    }
  }
  return table.note === undefined ? lines.join('\n') : `${lines.join('\n')}\n\n${escapeMarkdown(table.note)}`;
}
