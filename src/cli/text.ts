/** Text laid out for a terminal. */

/** Breaks at spaces, no line longer than `width` where a word allows it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `1,234,567` */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Widest first column; a longer name has a line of its own. */
const MOST_NAME = 28;

/** Names with their texts beside them, each text wrapped in its column. */
export function columns(
  rows: readonly (readonly [name: string, text: string])[],
  width: number,
  mostName = MOST_NAME,
): string[] {
  const longest = Math.max(0, ...rows.map(([name]) => (name.length > mostName ? 0 : name.length)));
  const indent = ' '.repeat(2 + longest + 2);
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, Math.max(20, width - indent.length));
    if (name.length > longest) return [`  ${name}`, ...lines.map((line) => indent + line)];
    const [first = '', ...rest] = lines;
    return [`  ${name.padEnd(longest)}  ${first}`.trimEnd(), ...rest.map((line) => indent + line)];
  });
}
