// The alea part of seedrandom alone: its main file draws from Math.random and looks for `crypto` while it loads.
declare module 'seedrandom/lib/alea.js' {
  /** Alea, seeded by a text; `int32` draws 32 bits as a signed whole number. */
  export default function alea(seed: string): { (): number; int32(): number; double(): number };
}
