/** The public door. What is not exported here may change without notice. */
export {
  type DesignResult,
  ExperimentError,
  type ReplicationOutcome,
  type Result,
  runReplication,
  runScenario,
  type TrafficResult,
} from './experiment/index.ts';
export {
  compileVariate,
  type Distribution,
  type Handle,
  KernelError,
  KeyedStream,
  type Phase,
  type RunOptions,
  type RunOutcome,
  Simulation,
  type SimulationOptions,
  type SimTime,
  Stream,
  TimeoutLane,
  type Uniforms,
  type Variate,
} from './kernel/index.ts';
export { VERSION } from './version.ts';
