/** The answers that `spillway init` takes where none are given: apart from the rest, for the help names them and must be quick. */

/** As they are given: texts with units. */
export interface Answers {
  readonly name: string;
  readonly traffic: string;
  /** A rate, or `none`. */
  readonly spike: string;
  readonly work: string;
  readonly designs: string;
}

/** An answer to each, for who gives none. */
export const PRESETS: Answers = {
  name: 'my-scenario',
  traffic: '100/s',
  spike: 'none',
  work: '40ms',
  designs: 'sync,queued',
};
