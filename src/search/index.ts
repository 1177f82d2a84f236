/** Random scenarios, those among them that break a guarantee, and the smallest that does. */
export { alone } from './alone.ts';
export { around, type SpaceOptions } from './around.ts';
export { brokerSystems } from './broker-systems.ts';
export { deliverySystems } from './delivery-systems.ts';
export { everySystem } from './every-system.ts';
export type { Document } from './document.ts';
export { candidate, type Found, mergeTried, neverMet, type Range, type Space, type Tried, tryRange } from './search.ts';
export { shrink, type Shrunk, type ShrinkOptions } from './shrink.ts';
export { systems } from './systems.ts';
export { type Breach, breachesOf, type Play, type PlayOptions, playWith, type Run, type Trial } from './trial.ts';
export { writeScenario } from './write.ts';
