/** What faults do to a managed service as its clients see it; changed by the fault script while the run goes on. */
export class EndpointState {
  loseRequests = 0;
  loseReplies = 0;
  /** Share of calls answered with an error. */
  errors = 0;
  /** Everything is answered with an error. */
  down = false;
  /** Added to each way between client and service, microseconds. */
  wayUs = 0;
  /** What each message takes its client to encrypt or decrypt, microseconds. */
  perMessageUs = 0;
  /** What the answer that the service gives now is late, microseconds. */
  lateUs = 0;

  get calm(): boolean {
    return !this.down && this.loseRequests === 0 && this.loseReplies === 0 && this.errors === 0;
  }
}
