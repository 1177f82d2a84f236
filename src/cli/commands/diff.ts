import { compareResults, describeDifference, type ResultDifference, type Side } from '../../report/index.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import { findResult, readResult } from '../results.ts';
import type { Terminal } from '../terminal.ts';

export interface DiffOptions {
  /** Result files, their folders, or names of scenarios that were run; each may end in `#design`. */
  readonly a: string;
  readonly b: string;
  /** A share: 0.05. */
  readonly tolerance: number;
  readonly json: boolean;
}

interface Named extends Side {
  readonly file: string;
}

/** Two results side by side; exit code 1 where the second is worse by more than the tolerance. */
export function diff(options: DiffOptions, terminal: Terminal): ExitCode {
  const [a, b] = sides(options.a, options.b);
  const found = compareResults(a, b, options.tolerance);
  if (options.json) terminal.out(JSON.stringify(toJson(found, a, b, options.tolerance)));
  else if (found.equal) terminal.out(equalText(a, b));
  else {
    const names = { a: nameOf(a), b: nameOf(b), tolerance: options.tolerance };
    terminal.out(describeDifference(found, names, { color: terminal.color, width: terminal.width }));
  }
  return found.worse > 0 ? EXIT.unexpected : EXIT.fine;
}

function sides(textA: string, textB: string): [Named, Named] {
  const [a, b] = [readSide(textA), readSide(textB)];
  // One design named is meant on both sides.
  const [one, other] = [designIn(a, a.design ?? b.design, textA), designIn(b, b.design ?? a.design, textB)];
  if (one.design === null && !Object.keys(a.result.designs).some((name) => name in b.result.designs)) {
    throw new UserError(
      'no-common-design',
      `${a.file} and ${b.file} have no design in common → name one of each, such as ${textA}#${firstDesign(a)} ${textB}#${firstDesign(b)}`,
    );
  }
  return [one, other];
}

function readSide(text: string): Named {
  const at = text.lastIndexOf('#');
  const whole = findResult(text);
  if (at <= 0 || whole !== text) return { file: whole, result: readResult(whole), design: null };
  const file = findResult(text.slice(0, at));
  return { file, result: readResult(file), design: text.slice(at + 1) };
}

function designIn(side: Named, design: string | null, text: string): Named {
  if (design === null || Object.hasOwn(side.result.designs, design)) return { ...side, design };
  throw new UserError(
    'unknown-design',
    `${text} → ${side.file} has no design "${design}"; expected one of ${Object.keys(side.result.designs).join(', ')}`,
  );
}

function firstDesign({ result }: Named): string {
  return Object.keys(result.designs)[0] ?? 'design';
}

function nameOf({ file, result, design }: Named): string {
  const replications = `${result.replications} replication${result.replications === 1 ? '' : 's'}`;
  return `${file}${design === null ? '' : `#${design}`} (${result.scenario}, seed ${result.seed}, ${replications})`;
}

/** Names, texts and series are no figures: where only they differ, the runs say the same. */
function equalText(a: Named, b: Named): string {
  return a.design !== null || a.result.fingerprint === b.result.fingerprint
    ? 'no difference'
    : 'no difference in any setting, figure or verdict (names, texts or time series differ)';
}

/** One line for programs: every figure that differs, also by luck. */
function toJson(found: ResultDifference, a: Named, b: Named, tolerance: number): unknown {
  const side = ({ file, design, result }: Named) => {
    const { scenario, seed, replications, version, facts, fingerprint } = result;
    return { file, design, scenario, seed, replications, version, facts, fingerprint };
  };
  const designs = found.designs.map((one) => ({
    a: one.a,
    b: one.b,
    figures: one.figures.map(({ figure: { kind, entity, key, better }, ...rest }) => ({
      kind,
      entity,
      figure: key,
      better,
      ...rest,
    })),
    verdicts: one.verdicts,
  }));
  const { equal, worse, better, settings, onlyIn } = found;
  const missing = (value: unknown): unknown => (value === undefined ? null : value);
  return {
    schema: 'spillway/diff@1',
    a: side(a),
    b: side(b),
    tolerance,
    equal,
    worse,
    better,
    settings: settings.map((one) => ({ ...one, a: missing(one.a), b: missing(one.b) })),
    onlyIn,
    designs,
  };
}
