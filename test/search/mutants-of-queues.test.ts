import { describe } from 'vitest';
import { expectCaught } from './caught.ts';
import { MUTANTS } from './mutants.ts';

describe('a bug of a queue is found', () => {
  expectCaught(MUTANTS.filter(({ file }) => /services\/(sqs|messaging)\//.test(file)));
});
