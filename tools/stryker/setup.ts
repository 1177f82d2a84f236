import fc from 'fast-check';

/** A mutant is dead with the first case that fails: nobody reads the smallest one. */
fc.configureGlobal({ endOnFailure: true });
