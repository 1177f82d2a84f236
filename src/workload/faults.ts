/**
 * The fault script: each fault begins and ends at its instants, before the ordinary events of the same instant. At one instant ends come
 * before beginnings, so that back-to-back faults do not overlap; a fault of no length ends right after all beginnings of its instant.
 */
import type { Simulation } from '../kernel/index.ts';
import type { FaultSettings } from './settings.ts';

/** Begins a fault; the returned function ends it. */
export type Strike = (fault: FaultSettings) => () => void;

interface Turn {
  readonly atUs: number;
  readonly ends: boolean;
  /** Place among the turns of one instant. */
  readonly place: number;
  readonly fault: number;
}

export function scheduleFaults(sim: Simulation, faults: readonly FaultSettings[], strike: Strike): void {
  const turns: Turn[] = [];
  faults.forEach((fault, index) => {
    turns.push({ atUs: fault.atUs, ends: false, place: 1, fault: index });
    if (fault.forUs === null) return;
    turns.push({ atUs: fault.atUs + fault.forUs, ends: true, place: fault.forUs > 0 ? 0 : 2, fault: index });
  });
  turns.sort((a, b) => a.atUs - b.atUs || a.place - b.place || a.fault - b.fault);
  const ends: ((() => void) | undefined)[] = [];
  for (const turn of turns) {
    const play = (index: number): void => {
      if (turn.ends) ends[index]?.();
      else ends[index] = strike(faults[index] as FaultSettings);
    };
    sim.scheduleAt(turn.atUs, play, turn.fault, 0);
  }
}
