import { KernelError, shown } from './errors.ts';
import { type RunIdentity, seedWords } from './seeding.ts';
import { threefry2x32 } from './threefry.ts';
import { toUniform, type Uniforms } from './uniforms.ts';

const TWO_POW_32 = 4294967296;

/**
 * Random numbers that belong to (request, path), whatever the order in which requests are served: what common random numbers need.
 * A counter-based generator (Threefry-2x32): counter = (request, path), key = (seed, name, replication) + draw index.
 * No two of (request, path, draw) share both counter and key.
 */
export class KeyedStream implements Uniforms {
  private readonly key0: number = 0;
  private readonly key1: number = 0;
  private readonly block = new Int32Array(2);
  private requestLow = 0;
  private requestHigh = 0;
  private path = 0;
  private draw = 0;

  constructor(identity: RunIdentity, name: string) {
    const [key0 = 0, key1 = 0] = seedWords('keyed', identity, name, 2);
    this.key0 = key0;
    this.key1 = key1;
  }

  /**
   * Turns to the first draw of (request, path). `request` is whole, 0 to 2^53 − 1; `path` (which attempt, which call) whole,
   * 32 bits, signed or not. Throws KernelError `bad-counter` otherwise.
   */
  at(request: number, path: number): this {
    const requestHigh = Math.floor(request / TWO_POW_32);
    const requestLow = request - requestHigh * TWO_POW_32;
    if (
      !(request >= 0 && request <= Number.MAX_SAFE_INTEGER) ||
      requestLow !== requestLow >>> 0 ||
      (path !== path >>> 0 && path !== (path | 0))
    ) {
      throw badCounter(request, path);
    }
    this.requestLow = requestLow | 0;
    this.requestHigh = requestHigh | 0;
    this.path = path | 0;
    this.draw = 0;
    return this;
  }

  /** The next number of the current (request, path), in (0, 1), 53 bits; before the first `at` those of (0, 0). */
  uniform(): number {
    const draw = this.draw;
    this.draw = (draw + 1) | 0;
    const block = this.block;
    threefry2x32(this.key0 ^ this.requestHigh, (this.key1 + draw) | 0, this.requestLow, this.path, block);
    return toUniform(block[0] as number, block[1] as number);
  }
}

/** Apart from `at`: V8 may write the numbers out ahead of the test when the text stands beside it. */
function badCounter(request: number, path: number): KernelError {
  return new KernelError(
    'bad-counter',
    `draws for request ${shown(request)}, path ${shown(path)}: expected whole numbers, request up to 2^53 − 1 and path of 32 bits`,
  );
}
