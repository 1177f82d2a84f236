/** What applications of Flink rest on that AWS does not publish, or that a default decided. */
import { flinkFacts as f } from '../facts/index.ts';
import type { Assumption, ResolvedScenario } from './resolved.ts';
import { formatDuration } from './units.ts';

const ASSUMED = 'assumed';

/** Empty where there is no application. */
export function ofAnalytics({ designs, traffic }: ResolvedScenario): Assumption[] {
  const all = [...new Set(designs.flatMap(({ resources }) => resources))];
  const applications = all.filter((one) => one.type === 'analytics');
  if (applications.length === 0) return [];
  const found: Assumption[] = [];
  const say = (about: readonly { readonly name: string }[], text: string, source = ASSUMED): void => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const each = (values: readonly number[]): string => [...new Set(values.map(formatDuration))].join(' or ');
  say(
    applications,
    'A record is done when the first window that has it has given its result, and whoever takes results has taken that. One that is late for all its windows is lost; one whose window has not fired when the run ends is in the system, so the last windows are there always.',
    'model',
  );
  say(
    applications,
    `From a failure it takes ${each(applications.map(({ restartUs }) => restartUs))} until records are taken again, after a change of its parallelism ${each(applications.map(({ rescaleUs }) => rescaleUs))}; a checkpoint takes ${formatDuration(f.checkpointBaseUs.value)} and its bytes at ${f.checkpointBytesPerSecond.value / 1e6} MB/s for each KPU. AWS publishes none of these.`,
  );
  say(
    applications.filter(({ cpuUs }) => cpuUs.kind === 'constant' && cpuUs.value === f.recordCpuUs.value),
    `A record takes ${f.recordCpuUs.value} µs of CPU time; it depends on the code.`,
  );
  say(
    applications,
    `It reads each shard again ${each(applications.map(({ idleTimeBetweenReadsUs }) => idleTimeBetweenReadsUs))} after the last read has been taken, which is a share of the five reads a second that all readers of the shard have together.`,
  );
  say(
    applications.filter(({ idleAfterUs }) => idleAfterUs === 0),
    'A shard without records holds all windows open: no idle time is given for its watermark.',
    'model',
  );
  say(
    applications.filter(({ watermarkInState }) => !watermarkInState),
    'After a restart there is no watermark until records come again, so one that was late may open its window anew.',
    'Apache Flink: watermarks are no part of a checkpoint',
  );
  say(
    applications.filter(({ sink }) => sink !== null),
    'Results that have left a window are kept through a failure, and a result that is not taken is sent again a second later, for ever.',
  );
  say(
    traffic.filter(({ eventDelay }) => eventDelay === undefined),
    'What a request tells of happens as it arrives: no eventDelay is given.',
    'model',
  );
  return found;
}
