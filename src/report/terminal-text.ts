/** Text in lines for a terminal. */

export interface SummaryOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Breaks at spaces; a number keeps its unit. Words longer than the line are cut. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const room = Math.max(10, width - indent.length);
  const words = text
    .replace(
      /(\d) (?=(?:µs|ms|s|min|h|d|%)(?!\w))|(±|−) (?=\d)/g,
      (_, digit?: string, sign?: string) => `${digit ?? sign ?? ''}\u00a0`,
    )
    .split(/[ \n]+/)
    .flatMap((word) => (word.length <= room ? [word] : (word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [])));
  const lines: string[] = [];
  let current = '';
  for (const word of words) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length > room && current !== '') {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  lines.push(current);
  return lines.map((line) => indent + line.replaceAll('\u00a0', ' '));
}
