/** Door of the statistics room: observations, distributions, intervals, comparisons, closed forms. Imports no room. */
export { StatsError } from './errors.ts';
export { type Bin, EXACT_UP_TO, type HistogramData, LogHistogram } from './histogram.ts';
export { type Interval, tInterval, wilson } from './intervals.ts';
export {
  type Difference,
  jackknife,
  jackknifeDifference,
  jackknifeMean,
  jackknifeQuantile,
  jackknifeRatio,
  type LeaveOneOut,
  meanLeaveOneOut,
  pool,
  quantileLeaveOneOut,
  ratioLeaveOneOut,
  TAIL_OBSERVATIONS,
} from './jackknife.ts';
export { pairedDifference } from './paired.ts';
export { type TwoRegimes, twoRegimes } from './regimes.ts';
export { inverseNormal, studentQuantile } from './special.ts';
export { Tally, type TallyData } from './tally.ts';
export * as theory from './theory.ts';
export { TimeWeighted } from './time-weighted.ts';
export { lagOne, mser } from './warm-up.ts';
