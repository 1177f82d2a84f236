/** A story as HTML figure, with its sentences as a list beside the chart, or as an SVG file of its own. */
import type { Caption } from '../charts/chart.ts';
import { ALARM, TINTS } from '../charts/theme.ts';
import { escapeHtml, htmlText } from '../escape.ts';
import { legendHtml, standaloneSvg } from '../figure.ts';
import { plural } from '../format.ts';
import { type BrokenStory, idOf, type StoryLine, titleIn, whyOf } from '../story.ts';
import { drawSequence, legendOf } from './draw.ts';

export function sequenceHtml(story: BrokenStory): string {
  const { id, title, subtitle, alt, legend } = captionOf(story);
  const { inner, width, height } = drawSequence(story);
  const name = escapeHtml(id);
  return `<figure class="sequence" id="${name}">
<figcaption><h3>${htmlText(title)}</h3><p class="sub">${htmlText(subtitle)}</p></figcaption>
${legendHtml(legend)}
<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(`Sequence chart: ${title}`)}">
<svg class="sequence" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title"><title id="${name}-title">${escapeHtml(`${title}. ${alt}`)}</title>${inner}</svg>
</div>
<ol class="tale">${story.lines.map(lineHtml).join('')}</ol>
</figure>`;
}

export function sequenceSvg(story: BrokenStory): string {
  const drawing = drawSequence(story);
  return standaloneSvg({ chart: captionOf(story), wide: drawing }, drawing.width, [...TINTS, ALARM]);
}

function captionOf(story: BrokenStory): Caption {
  const count = plural(story.lines.length, 'record');
  return {
    id: idOf(story),
    title: titleIn(story),
    subtitle: whyOf(story),
    alt: `${count} in the order of time, from ${story.lines[0]?.at ?? ''} to ${story.lines.at(-1)?.at ?? ''}; each is a sentence of the list`,
    legend: legendOf(story),
  };
}

function lineHtml({ at, since, words, isProof }: StoryLine): string {
  const when = `At ${at}${since === '' ? '' : `, ${since} later`}: `;
  return `<li${isProof ? ' class="proof"' : ''}><span class="when">${htmlText(when)}</span>${htmlText(words)}${isProof ? ' <span class="tag bad">proof</span>' : ''}</li>`;
}
