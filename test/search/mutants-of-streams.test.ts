import { describe } from 'vitest';
import { expectCaught } from './caught.ts';
import { MUTANTS, OF_STREAMS } from './mutants.ts';

describe('a bug of a stream, of who puts into it or of who reads it is found', () => {
  expectCaught(MUTANTS.filter(({ file }) => OF_STREAMS.test(file)));
});
