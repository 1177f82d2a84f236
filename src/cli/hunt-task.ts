/** What a worker thread of a search does: a portion of its candidates. */
import { resolveData } from '../scenario/index.ts';
import { around, type Document, everySystem, playWith, type Space, type Tried, tryRange } from '../search/index.ts';
import { type Failure, toFailure } from './exit.ts';

/** What is searched, as plain data. */
export interface Hunt {
  /** null: random systems. */
  readonly document: Document | null;
  /** Texts of the files that the scenario names. */
  readonly texts: ReadonlyMap<string, string>;
  readonly seed: string;
  /** Requests of one run, at most. */
  readonly messages: number;
  /** Empty: all. */
  readonly designs: readonly string[];
}

export interface HuntInput extends Hunt {
  readonly from: number;
  readonly to: number;
}

export type HuntOutput =
  | { readonly ok: true; readonly tried: Tried }
  | { readonly ok: false; readonly failure: Failure };

/** Never throws: an error's own fields would be lost between threads. */
export function tryNumbers({ seed, from, to, ...hunt }: HuntInput): HuntOutput {
  try {
    const play = playWith({ readText: readerOf(hunt) });
    return { ok: true, tried: tryRange(spaceOf(hunt), play, { seed, from, to }) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

type Searched = Omit<Hunt, 'seed'>;

function spaceOf({ document, texts, messages, designs }: Searched): Space {
  if (document === null) return everySystem({ messages });
  const resolved = resolveData(document, { name: 'scenario', readText: readerOf({ texts }) });
  if ('wrong' in resolved) throw new Error(resolved.wrong);
  return around(document, resolved.scenario, { messages, ...(designs.length === 0 ? {} : { designs }) });
}

type ReadText = (path: string) => string | undefined;

let last: { readonly texts: Hunt['texts']; readonly readText: ReadText } | null = null;

/** The same for the same texts, whichever portion brings them: schemas are built once for each reader, and that takes longer than ten candidates. */
export function readerOf({ texts }: Pick<Hunt, 'texts'>): ReadText {
  if (last === null || !areSame(last.texts, texts)) last = { texts, readText: (path) => texts.get(path) };
  return last.readText;
}

function areSame(a: Hunt['texts'], b: Hunt['texts']): boolean {
  return a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);
}
