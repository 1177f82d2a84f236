/** What was known of the message of each record just before it, by the row of the record. A number means something only where the flag that it stands under says so. */
export class Before {
  /** Flags of `known.ts`. */
  readonly flags: Uint8Array;
  // Of receives: Acknowledged.
  readonly sentEarliestUs: Float64Array;
  readonly sentLatestUs: Float64Array;
  readonly sentN: Float64Array;
  // Of receives: Received. `dueUs` of deletes too, -1 where it was not received.
  readonly heldEarliestUs: Float64Array;
  readonly heldLatestUs: Float64Array;
  readonly heldN: Float64Array;
  readonly dueUs: Float64Array;
  readonly receives: Float64Array;
  // Of receives: Deleted.
  readonly deletedLatestUs: Float64Array;
  readonly deletedN: Float64Array;

  constructor(length: number) {
    this.flags = new Uint8Array(length);
    this.sentEarliestUs = new Float64Array(length);
    this.sentLatestUs = new Float64Array(length);
    this.sentN = new Float64Array(length);
    this.heldEarliestUs = new Float64Array(length);
    this.heldLatestUs = new Float64Array(length);
    this.heldN = new Float64Array(length);
    this.dueUs = new Float64Array(length);
    this.receives = new Float64Array(length);
    this.deletedLatestUs = new Float64Array(length);
    this.deletedN = new Float64Array(length);
  }
}
