/** How much room text takes, by a rough table of letters: good enough to break lines, and the same everywhere. */

/** Width of a text, in the unit of `size`, the height of its letters. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text)
    width += /[iljtfrI.,:;'|! ·]/.test(letter)
      ? 0.32
      : /[mwMW%]/.test(letter)
        ? 0.88
        : /[A-Z]/.test(letter)
          ? 0.68
          : 0.56;
  return width * size;
}

/** Breaks at spaces; a word that is wider than the limit has a line of its own. */
export function wrapText(text: string, size: number, limit: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && widthOf(longer, size) > limit) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** Breaks within words too, and ends in an ellipsis after so many lines: nothing is wider than the limit. */
export function fitText(text: string, size: number, limit: number, most: number): string[] {
  const lines = wrapText(text, size, limit).flatMap((line) => cut(line, size, limit));
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), `${cut(last, size, limit - size)[0] ?? ''}…`];
}

function cut(line: string, size: number, limit: number): string[] {
  const pieces: string[] = [];
  let current = '';
  for (const letter of line) {
    if (current !== '' && widthOf(current + letter, size) > limit) {
      pieces.push(current);
      current = letter;
    } else current += letter;
  }
  return [...pieces, current];
}
