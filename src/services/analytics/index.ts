// The door of Managed Service for Apache Flink.
export { AnalyticsApplication, type AnalyticsPorts } from './application.ts';
export { AnalyticsModelError } from './errors.ts';
export { keyGroupOf, keyGroupsFor, subtaskOf } from './key-groups.ts';
export type * from './operations.ts';
export {
  type AnalyticsSettings,
  type ApplicationSettings,
  analyticsSettings,
  type WindowSettings,
} from './settings.ts';
