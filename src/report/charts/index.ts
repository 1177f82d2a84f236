/** All charts of a result, in the order of the report. */
import type { Result } from '../../experiment/result.ts';
import { trafficNames } from '../findings.ts';
import { backlogChart } from './backlog.ts';
import type { Chart } from './chart.ts';
import { instancesChart } from './instances.ts';
import { latencyDistributionChart } from './latency-distribution.ts';
import { latencyOverTimeChart } from './latency-over-time.ts';
import { loadChart } from './load.ts';
import { outcomesChart } from './outcomes.ts';
import { replicationsChart } from './replications.ts';
import { utilisationChart } from './utilisation.ts';

export type { Chart } from './chart.ts';

/** More traffics than this share no room in one report; the rest is in the tables and the CSV. */
const MOST_TRAFFICS = 4;

export function chartsOf(result: Result): Chart[] {
  const traffics = trafficNames(result).slice(0, MOST_TRAFFICS);
  return [
    ...traffics.map((traffic) => loadChart(result, traffic)),
    backlogChart(result),
    instancesChart(result),
    ...traffics.map((traffic) => latencyOverTimeChart(result, traffic)),
    ...traffics.map((traffic) => latencyDistributionChart(result, traffic)),
    outcomesChart(result),
    utilisationChart(result),
    replicationsChart(result),
  ].filter((chart) => chart !== undefined);
}
