/** What applications of Flink ask of the traffic of their stream. */
import type { TrafficSettings } from '../workload/settings.ts';
import type { Finding } from './document.ts';
import type { ResolvedDesign } from './resolved.ts';

/** A checkpoint's position is a record: one that bears several requests would be taken apart in the middle. */
export function checkAnalytics(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  findings: Finding[],
): void {
  for (const { name, producer } of traffic) {
    if (producer?.kind !== 'kpl' || !producer.aggregation) continue;
    const reader = designs.flatMap(({ entries, resources }) =>
      entries.flatMap((entry) =>
        entry.traffic === name
          ? resources.filter((one) => one.type === 'analytics' && one.source === entry.resource)
          : [],
      ),
    )[0];
    if (reader === undefined) continue;
    const expected = `producer: { kpl: { aggregation: false } }: ${reader.name} counts the records of ${name}, and takes none apart`;
    findings.push({ code: 'misfit', path: ['traffic', name, 'producer'], atKey: true, expected });
  }
}
