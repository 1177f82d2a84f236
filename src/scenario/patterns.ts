/** How values with a unit look, for editors that know regular expressions alone. The readers of `units.ts` have the last word: ranges and roundness are theirs. */

const NUMBER = '\\d+(\\.\\d+)?';
const UNITS_OF_TIME = ['d', 'h', 'm', 's', 'ms', 'us'];

/** Sources of regular expressions, without anchors. */
export const PATTERNS = {
  /** Each unit once, the longest first. */
  duration: `(?=\\d)${UNITS_OF_TIME.map((unit) => `(${NUMBER}${unit})?`).join('')}`,
  rate: `${NUMBER}[kM]?/[smh]`,
  size: `${NUMBER}(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)`,
  factor: `${NUMBER}x`,
  price: `${NUMBER}/(h|d|month)`,
  /** 0% to 100%, or 0 to 1; what has an exponent is left to the reader. */
  share:
    '\\+?(0*(100(\\.0+)?|\\d{1,2}(\\.\\d+)?)\\s*%|0+(\\.\\d*)?|0*1(\\.0*)?|\\.\\d+|(\\d+\\.?\\d*|\\.\\d+)[eE][+-]?\\d+)',
  number: '(\\d[\\d,_]*\\.?\\d*|\\.\\d+)([eE]\\d+)?',
} as const;

/** The whole text; spaces around a value do not count. `notZero`: with a digit other than 0. */
export function whole(pattern: string, notZero = false): string {
  return `^\\s*${notZero ? '(?=.*[1-9])' : ''}(${pattern})\\s*$`;
}
