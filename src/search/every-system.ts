import fc from 'fast-check';
import type { SpaceOptions } from './around.ts';
import { brokerSystems } from './broker-systems.ts';
import { deliverySystems } from './delivery-systems.ts';
import type { Document } from './document.ts';
import { systems } from './systems.ts';

/** What is tried where no scenario is given: one system in ten has a delivery stream, one a broker. Each kind by itself is what tests of it draw from. */
export function everySystem(options: SpaceOptions): fc.Arbitrary<Document> {
  return fc.oneof(
    { weight: 8, arbitrary: systems(options) },
    { weight: 1, arbitrary: deliverySystems(options) },
    { weight: 1, arbitrary: brokerSystems(options) },
  );
}
