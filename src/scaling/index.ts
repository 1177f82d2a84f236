/** Autoscaling: CloudWatch's view of a metric, alarms, policies, and instances that start up. */
export { type Scalable, Scaler } from './scaler.ts';
export { datapointsOf, type FleetUse } from './use.ts';
export { type WatchedLevel, watching } from './watched-level.ts';
