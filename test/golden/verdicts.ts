import type { Result } from '../../src/experiment/index.ts';

/** What every design must have a verdict on. */
const ALWAYS = ['conservation', 'monotone-time'];

/** What is wrong with the verdicts on guarantees: one is missing, or came out otherwise than the scenario says. */
export function misjudged({ designs }: Result): string[] {
  return Object.entries(designs).flatMap(([design, { guarantees }]) => [
    ...ALWAYS.filter((name) => !guarantees.some((one) => one.name === name)).map(
      (name) => `${design}: no verdict on ${name}`,
    ),
    ...guarantees
      .filter(({ verdict, expected }) => (expected === 'broken' ? verdict !== 'broken' : verdict === 'broken'))
      .map(
        ({ name, resource, verdict, expected }) => `${design}: ${name} of ${resource} ${verdict}, expected ${expected}`,
      ),
    ...guarantees
      .filter(({ name, verdict }) => ALWAYS.includes(name) && verdict === 'unknown')
      .map(({ name, resource }) => `${design}: ${name} of ${resource} cannot be told`),
  ]);
}
