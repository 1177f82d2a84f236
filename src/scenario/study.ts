/** What kind of study a scenario is: the long run has no place for what is scripted, and how precise its figures must be. */
import type { TrafficSettings } from '../workload/settings.ts';
import type { Finding } from './document.ts';
import type { Names } from './names.ts';
import { readFigure } from './objectives.ts';
import type { PreciseFigure, ResolvedPrecision, ResolvedScenario } from './resolved.ts';
import { MOST_REPLICATIONS, type WrittenRoot } from './schema.ts';

type Study = Pick<ResolvedScenario, 'study' | 'warmupUs' | 'warmupRule' | 'replications' | 'precision'>;

/** The study of the scenario; what does not fit together goes to `findings`. */
export function readStudy(root: WrittenRoot, names: Names, findings: Finding[]): Study {
  return {
    study: root.study,
    warmupUs: root.warmupUs ?? 0,
    warmupRule: root.study === 'steady' && root.warmupUs === null ? 'mser-5' : 'given',
    replications: root.replications,
    precision: readPrecision(root, names, findings),
  };
}

/** A steady study asks for what does not depend on when one looks, so nothing in it may happen at an instant. */
export function checkSteady(
  root: WrittenRoot,
  traffic: readonly TrafficSettings[],
  faults: readonly unknown[],
  findings: Finding[],
): void {
  if (root.study !== 'steady') return;
  const misfit = (path: readonly (string | number)[], what: string): void => {
    findings.push({ code: 'misfit', path, expected: `${what}; what is scripted needs study: terminating` });
  };
  if (faults.length > 0)
    misfit(['faults'], 'no faults in a steady study: the long run has none at an instant of its own');
  for (const { name, source } of traffic) {
    if (source.kind !== 'rate') continue;
    if (source.changes.length > 0) misfit(['traffic', name, 'changes'], 'one rate in a steady study, without changes');
    if (source.base.kind !== 'constant')
      misfit(['traffic', name, 'rate'], 'one rate in a steady study, not one that follows the hour');
  }
}

/** Shares that the result gives an interval: those of what became of the work. */
const SHARES = /^(?:completed|rejected|lost|deadLettered|expired|inSystem)\.share$/;

function readPrecision(root: WrittenRoot, names: Names, findings: Finding[]): ResolvedPrecision | null {
  const { precision, replications } = root;
  if (precision === null) return null;
  const most = precision.most ?? Math.max(MOST_REPLICATIONS, replications);
  if (most < replications) {
    findings.push({
      code: 'out-of-range',
      path: ['precision', 'most'],
      expected: `at least the ${replications} replications that it begins with`,
    });
  }
  const of = (precision.of ?? []).flatMap((text, i): PreciseFigure[] => {
    const path = ['precision', 'of', i];
    const subject = readFigure(text, path, names, findings);
    if (subject?.kind !== 'traffic') return [];
    const { traffic, field, statistic } = subject;
    const figure = statistic === null ? field : `${field}.${statistic}`;
    if (statistic === 'share' && !SHARES.test(figure)) {
      const expected = 'a share of what became of the work, such as lost.share of orders';
      findings.push({ code: 'objective', path, expected });
      return [];
    }
    return [{ traffic, figure }];
  });
  return { within: precision.within, of, most };
}
