/**
 * One direction of a connection: frames come out in the order in which they went in, each after its time on the way at the earliest, as TCP has it.
 *
 *   push ─▶ │ tail … … head │ ─▶ onFrame            cut: nothing of it comes out any more; whoever pushed is told what was under way
 *                       └── one kernel event
 */
import type { Handle, Simulation } from '../../kernel/index.ts';

/** What a frame says: numbers whose meaning its kind gives. Good until the call returns. */
export interface Frame {
  kind: number;
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
  g: number;
}

const FIELDS = 9;
const FIRST_CAPACITY = 16;

export class Line {
  readonly #sim: Simulation;
  readonly #onFrame: (frame: Frame) => void;
  readonly #onDropped: (frame: Frame) => void;
  readonly #frame: Frame = { kind: 0, a: 0, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0 };
  #cells = new Float64Array(FIRST_CAPACITY * FIELDS);
  #mask = FIRST_CAPACITY - 1;
  #head = 0;
  #count = 0;
  #lastUs = 0;
  #timer: Handle | -1 = -1;
  /** Moves on with each cut: what comes out then is of another connection. */
  #life = 0;

  readonly #fire = (): void => {
    this.#timer = -1;
    const life = this.#life;
    while (this.#count > 0) {
      const at = this.#head * FIELDS;
      if ((this.#cells[at] as number) > this.#sim.now) break;
      this.#head = (this.#head + 1) & this.#mask;
      this.#count--;
      this.#onFrame(this.#read(at));
      if (life !== this.#life) return;
    }
    this.#arm();
  };

  /** `onDropped`: a frame that was under way when the line was cut. */
  constructor(sim: Simulation, onFrame: (frame: Frame) => void, onDropped: (frame: Frame) => void) {
    this.#sim = sim;
    this.#onFrame = onFrame;
    this.#onDropped = onDropped;
  }

  /** It comes out after `delayUs`, or with the one before it where that takes longer. */
  push(delayUs: number, kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): void {
    if (this.#count > this.#mask) this.#grow();
    const dueUs = Math.max(this.#lastUs, this.#sim.now + delayUs);
    this.#lastUs = dueUs;
    const at = ((this.#head + this.#count) & this.#mask) * FIELDS;
    const cells = this.#cells;
    cells[at] = dueUs;
    cells[at + 1] = kind;
    cells[at + 2] = a;
    cells[at + 3] = b;
    cells[at + 4] = c;
    cells[at + 5] = d;
    cells[at + 6] = e;
    cells[at + 7] = f;
    cells[at + 8] = g;
    this.#count++;
    this.#arm();
  }

  cut(): void {
    this.#life++;
    if (this.#timer !== -1) this.#sim.cancel(this.#timer);
    this.#timer = -1;
    for (; this.#count > 0; this.#count--) {
      const at = this.#head * FIELDS;
      this.#head = (this.#head + 1) & this.#mask;
      this.#onDropped(this.#read(at));
    }
    this.#lastUs = 0;
  }

  #arm(): void {
    if (this.#timer !== -1 || this.#count === 0) return;
    this.#timer = this.#sim.scheduleAt(this.#cells[this.#head * FIELDS] as number, this.#fire, undefined);
  }

  #read(at: number): Frame {
    const frame = this.#frame;
    const cells = this.#cells;
    frame.kind = cells[at + 1] as number;
    frame.a = cells[at + 2] as number;
    frame.b = cells[at + 3] as number;
    frame.c = cells[at + 4] as number;
    frame.d = cells[at + 5] as number;
    frame.e = cells[at + 6] as number;
    frame.f = cells[at + 7] as number;
    frame.g = cells[at + 8] as number;
    return frame;
  }

  #grow(): void {
    const capacity = this.#mask + 1;
    const wider = new Float64Array(2 * capacity * FIELDS);
    const split = this.#head * FIELDS;
    wider.set(this.#cells.subarray(split), 0);
    wider.set(this.#cells.subarray(0, split), capacity * FIELDS - split);
    this.#cells = wider;
    this.#head = 0;
    this.#mask = 2 * capacity - 1;
  }
}
