/** What is kept of a result, so that a change that nobody meant is seen, and what it changed. */
import type { DesignResult, Result } from '../../src/experiment/index.ts';

export interface Golden {
  readonly replications: number;
  readonly fingerprint: string;
  readonly designs: Readonly<Record<string, { readonly eventsFingerprint: string; readonly headlines: Headlines }>>;
}

type Headlines = Readonly<Record<string, number | null | string>>;

export function goldenOf(result: Result): Golden {
  const designs = Object.entries(result.designs).map(([name, design]) => {
    const { events, eventsFingerprint } = design;
    return [name, { eventsFingerprint, headlines: { ...headlinesOf(design), events } }] as const;
  });
  return { replications: result.replications, fingerprint: result.fingerprint, designs: Object.fromEntries(designs) };
}

const COUNTS = ['offered', 'completed', 'rejected', 'deadLettered', 'inSystem', 'attempts', 'duplicates'] as const;

function headlinesOf({ traffic, objectives }: DesignResult): Headlines {
  const found: Record<string, number | null | string> = {};
  for (const [name, t] of Object.entries(traffic)) {
    for (const field of COUNTS) found[`${field} of ${name}`] = t[field];
    found[`response.ok of ${name}`] = t.response.ok;
    found[`completionMs.mean of ${name}`] = t.completionMs.mean;
    found[`completionMs.p99 of ${name}`] = t.completionMs.p99;
  }
  found['verdicts'] = objectives.map(({ verdict }) => verdict).join(' ');
  return found;
}
