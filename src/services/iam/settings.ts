/** Settings of access that stand at the root of a scenario (`aws`), as resolved. */

/** The account and Region of whatever says nothing else. */
export interface Whereabouts {
  readonly account: string;
  readonly region: string;
}
