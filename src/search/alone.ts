/** One design of a scenario by itself: what is found in it needs no other. */
import type { ResolvedDesign, ResolvedScenario } from '../scenario/index.ts';
import { strikes } from '../scenario/strikes.ts';
import { type Document, isMap, listAt, mapAt } from './document.ts';

/** What is said of the figures of a scenario alone: no run depends on it. */
const OF_FIGURES = ['title', 'description', 'warmup', 'study', 'precision', 'objectives', 'resolution'];

/** `scenario` is the resolved form of `document`. */
export function alone(document: Document, scenario: ResolvedScenario, design: ResolvedDesign): Document {
  const rest = Object.fromEntries(Object.entries(document).filter(([key]) => !OF_FIGURES.includes(key)));
  return {
    ...rest,
    designs: { [design.name]: mapAt(document, 'designs', design.name) },
    faults: faultsOf(document, scenario, design).map(({ fault }) => fault),
    guarantees: guaranteesOf(document, scenario, design),
  };
}

/** Faults that strike the design, as written, and when they do. */
export function faultsOf(
  document: Document,
  scenario: ResolvedScenario,
  design: ResolvedDesign,
): { readonly fault: Document; readonly atUs: number }[] {
  return listAt(document, 'faults').flatMap((fault, i) => {
    const settings = scenario.faults[i];
    if (settings === undefined || !isMap(fault) || !strikes(scenario, design, settings)) return [];
    return [{ fault, atUs: settings.atUs }];
  });
}

/** Those that the scenario speaks of, where they are of something that the design has. */
function guaranteesOf(document: Document, scenario: ResolvedScenario, design: ResolvedDesign): readonly unknown[] {
  const names = new Set([...scenario.traffic, ...design.resources].map(({ name }) => name));
  return listAt(document, 'guarantees').filter((_, i) => {
    const of = scenario.guarantees?.[i];
    return of !== undefined && (of.design === null || of.design === design.name) && names.has(of.resource);
  });
}
