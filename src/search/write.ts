/** A scenario as YAML that fits on half a page: what fits on a line stands on one. */
import { stringify } from 'yaml';
import { type Document, isMap } from './document.ts';

const WIDTH = 120;
/** What is read first stands first. */
const ORDER = [
  'title',
  'description',
  'seed',
  'horizon',
  'drain',
  'replications',
  'ties',
  'traffic',
  'resources',
  'designs',
];

export function writeScenario(document: Document): string {
  const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return Object.entries(document)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([key, value]) => `${entry(key, value, 0)}\n`)
    .join('');
}

function entry(key: string, value: unknown, indent: number): string {
  const line = `${' '.repeat(indent)}${flow(key)}: ${flow(value)}`;
  if (line.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  return `${' '.repeat(indent)}${flow(key)}:\n${block(value, indent + 2)}`;
}

function block(value: object, indent: number): string {
  if (isMap(value))
    return Object.entries(value)
      .map(([key, inner]) => entry(key, inner, indent))
      .join('\n');
  return (value as readonly unknown[]).map((item) => `${' '.repeat(indent)}- ${flow(item)}`).join('\n');
}

/** On one line, as long as it is. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}
