import { type RunIdentity, seedWords } from './seeding.ts';
import { toUniform, type Uniforms } from './uniforms.ts';

/** sfc32 mixes its seed within about a dozen steps; the rest is margin. */
const WARM_UP_STEPS = 20;

/**
 * An independent random stream: sfc32 (Chris Doty-Humphrey's small fast counter generator, part of PractRand), 128 bits of state,
 * period at least 2^32 and about 2^127 on average. Made by `Simulation.stream`, one per purpose.
 */
export class Stream implements Uniforms {
  // With initialisers, or the engine would keep the fields as references to anything, and add them as doubles.
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** `purpose` keeps the kernel's own draws apart from those of a model's streams. */
  constructor(identity: RunIdentity, name: string, purpose = 'stream') {
    const [a = 0, b = 0, c = 0] = seedWords(purpose, identity, name, 3);
    this.a = a;
    this.b = b;
    this.c = c;
    for (let i = 0; i < WARM_UP_STEPS; i++) this.uniform();
  }

  /** The next number in (0, 1), 53 bits. */
  uniform(): number {
    let { a, b, c, counter } = this;
    // Two steps of sfc32 written out: the state stays in registers between them.
    const high = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + high) | 0;
    const low = (((a + b) | 0) + counter) | 0;
    this.counter = (counter + 1) | 0;
    this.a = b ^ (b >>> 9);
    this.b = (c + (c << 3)) | 0;
    this.c = (((c << 21) | (c >>> 11)) + low) | 0;
    return toUniform(high, low);
  }
}
