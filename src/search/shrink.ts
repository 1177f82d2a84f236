/**
 * Makes a counterexample small: takes away what it can do without, then makes what is left rounder, as long as the same guarantee of the same
 * resource breaks.
 *
 *   whole parts (designs' resources, traffics, faults) ─▶ single settings ─▶ values ─▶ again, until nothing gives
 */
import type { Document } from './document.ts';
import { hoisted, type Move, partsLess, rounderValues, settingsLess } from './moves.ts';
import { isSmaller, type Size, sizeOf } from './size.ts';
import type { Breach, Play } from './trial.ts';

export interface Shrunk {
  readonly document: Document;
  readonly breach: Breach;
  readonly messages: number;
  /** Candidates that were played. */
  readonly tries: number;
}

export interface ShrinkOptions {
  /** Candidates that are played at most; default 3,000. */
  readonly most?: number;
}

const MOST = 3000;
/** Luck belongs to the seed: where a part less doesn't break by one order of draws it may by another. */
const SEEDS = [1, 2, 3] as const;

/** Throws where the document does not break the guarantee to begin with. */
export function shrink(document: Document, wanted: Breach, play: Play, options: ShrinkOptions = {}): Shrunk {
  return new Shrinker(wanted, play, options.most ?? MOST).run(document);
}

interface Best {
  readonly document: Document;
  readonly breach: Breach;
  readonly messages: number;
  readonly size: Size;
}

class Shrinker {
  readonly #wanted: Breach;
  readonly #play: Play;
  readonly #most: number;
  #tries = 0;

  constructor(wanted: Breach, play: Play, most: number) {
    this.#wanted = wanted;
    this.#play = play;
    this.#most = most;
  }

  run(document: Document): Shrunk {
    let best = this.#broken(document);
    if (best === null) throw new Error(`${this.#wanted.guarantee} does not break here: nothing can be shrunk`);
    best = this.#broken(hoisted(document)) ?? best;
    for (let size: Size | null = null; size !== best.size && this.#tries < this.#most; ) {
      size = best.size;
      best = this.#descend(best, partsLess, SEEDS);
      best = this.#descend(best, settingsLess, []);
      best = this.#descend(best, rounderValues, []);
    }
    const { breach, messages } = best;
    return { document: best.document, breach, messages, tries: this.#tries };
  }

  /** Goes through the moves of one kind; after one that helped it goes on with those of the smaller document. */
  #descend(from: Best, movesOf: (document: Document) => readonly Move[], seeds: readonly number[]): Best {
    let best = from;
    let moves = movesOf(best.document);
    for (let at = 0; at < moves.length && this.#tries < this.#most; ) {
      const next = this.#tryMove(best, moves[at] as Move, seeds);
      if (next === null) at++;
      else {
        best = next;
        moves = movesOf(best.document);
      }
    }
    return best;
  }

  #tryMove(best: Best, move: Move, seeds: readonly number[]): Best | null {
    const moved = move(best.document);
    for (const seed of new Set([moved['seed'], ...seeds])) {
      const candidate = { ...moved, seed };
      // Its messages are not known yet: as few as can be.
      if (!isSmaller(sizeOf(candidate, 0), best.size)) continue;
      const found = this.#broken(candidate);
      if (found !== null && isSmaller(found.size, best.size)) return found;
    }
    return null;
  }

  #broken(document: Document): Best | null {
    this.#tries++;
    const trial = this.#play(document);
    const breach = trial?.breaches.find(
      ({ guarantee, resource }) => guarantee === this.#wanted.guarantee && resource === this.#wanted.resource,
    );
    if (trial === null || breach === undefined) return null;
    const { messages } = trial;
    return { document, breach, messages, size: sizeOf(document, messages) };
  }
}
