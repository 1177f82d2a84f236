// The kernel's door: virtual time, the future event list and its run loop, cancellation, random streams and variates, fingerprint.

export type { Distribution } from './distribution.ts';
export { KernelError, type KernelErrorCode } from './errors.ts';
export { KeyedStream } from './keyed-stream.ts';
export { inverseNormal } from './normal.ts';
export { type RunOptions, type RunOutcome, Simulation, type SimulationOptions } from './simulation.ts';
export { Stream } from './stream.ts';
export { type Handle, MAX_TIME_US, type Phase, type SimTime } from './time.ts';
export { TimeoutLane } from './timeout-lane.ts';
export type { Uniforms } from './uniforms.ts';
export { compileVariate, type Variate } from './variate.ts';
