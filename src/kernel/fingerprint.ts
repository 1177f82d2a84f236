/** Stands for every argument that isn't a signed 32-bit whole number: objects have no value that is the same on every machine. */
const NOT_A_WORD = 0x5bd1e995 | 0;

/**
 * Hash of the trace of executed events: (time, phase, argument) of each, in their order. Two runs with the same fingerprint did the
 * same; it knows nothing of how the future event list is built, so a faster list leaves it as it was. Not cryptographic.
 */
export class Fingerprint {
  private a = 0x243f6a88 | 0;
  private b = 0x85a308d3 | 0;

  /** Adds one executed event. */
  mix(timeUs: number, phase: number, argument: unknown): void {
    const word = typeof argument === 'number' && (argument | 0) === argument ? argument | 0 : NOT_A_WORD;
    const high = (timeUs * (1 / 4294967296)) | 0;
    // Two independent multiplications, then one exchange: about seven cycles from one event to the next.
    const a = Math.imul(this.a ^ (timeUs | 0), 0x9e3779b1);
    const b = (Math.imul(this.b ^ word, 0x85ebca77) + Math.imul((high << 2) | phase, 0xc2b2ae3d)) | 0;
    this.a = (((a << 15) | (a >>> 17)) + b) | 0;
    this.b = ((b << 13) | (b >>> 19)) ^ this.a;
  }

  /** 16 hexadecimal digits of the trace so far; `events` is how many were mixed in. */
  hex(events: number): string {
    const low = finish(this.a ^ finish(events | 0));
    const high = finish(this.b + low + ((events / 4294967296) | 0));
    return eightDigits(high) + eightDigits(low);
  }
}

function finish(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0x735a2d97);
  return h ^ (h >>> 15);
}

function eightDigits(x: number): string {
  return (x >>> 0).toString(16).padStart(8, '0');
}
