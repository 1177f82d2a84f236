// The scenario room's door: text in, resolved scenario or errors out.

export { formatErrors, type ScenarioError, type ScenarioErrorCode } from './errors.ts';
export { type ParseOptions, type ParseOutcome, parseScenario, resolveData } from './parse.ts';
export type { Override, TrafficOverride } from './overrides.ts';
export type {
  Assumption,
  Comparison,
  ResolvedDesign,
  ResolvedObjective,
  ResolvedScenario,
  ResourceSettings,
} from './resolved.ts';
export { scenarioJsonSchema } from './json-schema.ts';
export { FIELDS, LATENCY_STATISTICS, METRIC_STATISTICS, METRICS, RESPONSE_FIELDS } from './metrics.ts';
export { RESOURCE_TYPES } from './names.ts';
export { toResultForm } from './result-form.ts';
export { nearest } from './suggest.ts';
export { formatDuration, readDuration } from './units.ts';
