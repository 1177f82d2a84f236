/** One replica of a service: its servers, and the line of jobs that wait for one (a list through the service's columns). */
export class Replica {
  /** Servers it has, and those that faults have taken away. */
  readonly servers: number;
  readonly zone: string | null;
  lost = 0;
  down = false;
  /** Faults in force: factor on service times and its share of jobs, share of calls that end in an error. */
  slow = 1;
  slowShare = 1;
  errors = 0;
  busy = 0;
  waiting = 0;
  /** Calls in the system, waiting, served or calling others. */
  inSystem = 0;
  head = -1;
  tail = -1;

  constructor(servers: number | null, zone: string | null) {
    this.servers = servers ?? Number.POSITIVE_INFINITY;
    this.zone = zone;
  }

  get free(): boolean {
    return !this.down && this.busy < this.servers - this.lost;
  }
}
