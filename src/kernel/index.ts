// The kernel's door: virtual time, the future event list and its run loop, cancellation, random streams and variates, fingerprint.

export { allOf, anyOf, type First, TIMED_OUT, within } from './combined.ts';
export { Container, type ContainerOptions } from './container.ts';
export type { Distribution } from './distribution.ts';
export { KernelError, type KernelErrorCode } from './errors.ts';
export { KeyedStream } from './keyed-stream.ts';
export { inverseNormal } from './normal.ts';
export { Interrupt, type LifeCycle, type Process, ProcessError, type ProcessOptions } from './process.ts';
export { type AcquireOptions, Preempted, Resource, type ResourceOptions } from './resource.ts';
export { Signal, SimEvent } from './signal.ts';
export { type RunOptions, type RunOutcome, Simulation, type SimulationOptions, type Ties } from './simulation.ts';
export { Store, type StoreOptions } from './store.ts';
export { Stream } from './stream.ts';
export { type Handle, MAX_TIME_US, type Phase, type SimTime } from './time.ts';
export { TimeoutLane } from './timeout-lane.ts';
export type { Uniforms } from './uniforms.ts';
export { compileVariate, type Variate } from './variate.ts';
export type { Wait, Yieldable } from './wait.ts';
