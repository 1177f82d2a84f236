/** How many instances, replicas or invocations run over time, beside how many are wanted: a panel for each resource that scales in some design. */
import type { Result } from '../../experiment/result.ts';
import { designNames, designOf, peak, resourceNames, type Series } from '../findings.ts';
import { count, list } from '../format.ts';
import { linearTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import { disturbanceLayers, disturbanceLegend, type Layer, line, panelOf, pointsOf, timeX, valueY } from './layers.ts';
import { configOf, DASHES, MUTED, type Tint, tintOfDesign } from './theme.ts';

const MOST_PANELS = 6;

const INVOCATIONS = 'ConcurrentExecutions';

/** Metrics of what runs, each with that of what is wanted; the latter is there only where something scales. A function always does. */
const LEVELS = [
  ['InstancesRunning', 'DesiredInstances'],
  ['ReplicasRunning', 'DesiredReplicas'],
  [INVOCATIONS, 'Pollers'],
] as const;

interface Scaled {
  readonly design: string;
  readonly tint: Tint;
  readonly running: Series;
  readonly isFunction: boolean;
  /** undefined: it does not scale in this design. */
  readonly wanted: Series | undefined;
}

interface Panel {
  readonly resource: string;
  readonly lines: readonly Scaled[];
}

/** undefined where nothing scales. */
export function instancesChart(result: Result): Chart | undefined {
  const names = designNames(result);
  const panels = resourceNames(result)
    .map((resource): Panel => ({ resource, lines: names.flatMap((name, i) => scaledIn(result, name, resource, i)) }))
    .filter(({ lines }) => lines.some(scales))
    .slice(0, MOST_PANELS);
  const [first] = panels;
  if (first === undefined) return undefined;
  const top = Math.max(
    1,
    ...panels.flatMap(({ lines }) =>
      lines.flatMap(({ running, wanted }) => [peak(running)?.value ?? 0, peak(wanted)?.value ?? 0]),
    ),
  );
  const all = panels.flatMap(({ lines }) => lines);
  const functions = all.filter(({ isFunction }) => isFunction);
  const nouns =
    functions.length === 0
      ? 'Instances or replicas that run (line) and that are wanted (dashes)'
      : functions.length === all.length
        ? 'Invocations at once (line), and batches that the mapping would work on at once (dashes)'
        : 'Instances, replicas or invocations that run (line) and that are wanted (dashes; of a function: its pollers)';
  const shown = names.filter((name) => panels.some(({ lines }) => lines.some(({ design }) => design === name)));
  return {
    id: 'instances',
    title: titleOf(result, first),
    subtitle: `${nouns} over time, mean of the replications`,
    alt: `Line charts over time of how many of ${list(panels.map(({ resource }) => resource))} run, and how many are wanted.`,
    legend: [
      ...shown.map((design) => ({
        label: design,
        tint: tintOfDesign(names.indexOf(design)),
        mark: 'line' as const,
      })),
      ...(all.some(({ wanted }) => wanted !== undefined)
        ? [{ label: 'wanted', tint: MUTED, mark: 'line' as const, dash: WANTED }]
        : []),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const y = valueY(linearTicks(top, 3, count));
      const vconcat = panels.map(({ resource, lines }, index) => {
        const x = timeX(result, frame, index === panels.length - 1);
        const drawn = (series: Series, tint: Tint, dash: readonly number[], width: number): Layer =>
          line(pointsOf(result, series, 1), frame, x, y, { tint, width, dash });
        return panelOf(resource, frame, panels.length === 1 ? 160 : 90, [
          ...disturbanceLayers(result, frame, x, index === 0 ? 'letters' : 'none'),
          ...lines.flatMap(({ running, wanted, tint }) => [
            ...(wanted === undefined ? [] : [drawn(wanted, tint, WANTED, 1.3)]),
            drawn(running, tint, [], 2),
          ]),
        ]);
      });
      return { config: configOf(frame), vconcat } as unknown as ReturnType<Chart['spec']>;
    },
  };
}

const WANTED = DASHES[2] ?? [];

function scaledIn(result: Result, design: string, resource: string, index: number): Scaled[] {
  const series = designOf(result, design).series[resource] ?? {};
  return LEVELS.flatMap(([runs, wants]) => {
    const running = series[runs];
    if (running === undefined) return [];
    return [{ design, tint: tintOfDesign(index), running, isFunction: runs === INVOCATIONS, wanted: series[wants] }];
  });
}

function scales({ wanted, isFunction }: Scaled): boolean {
  return wanted !== undefined || isFunction;
}

/** From where to where the first that scales goes, before the traffic stops. */
function titleOf(result: Result, { resource, lines }: Panel): string {
  const until = Math.ceil(result.horizonMs / result.resolutionMs);
  const parts = lines.filter(scales).map(({ design, running, isFunction }) => {
    const values = running.slice(0, until).filter((value) => value !== null);
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) =>
      isFunction ? Math.round(value) : value,
    ) as [number, number];
    return low === high ? `${count(low)} all the time in ${design}` : `${count(low)} to ${count(high)} in ${design}`;
  });
  const told = list(parts.slice(0, 3));
  return lines.some(({ isFunction }) => isFunction)
    ? `${resource} at once: ${told}`
    : `Of ${resource} there are ${told}`;
}
