import { KernelError, shown } from './errors.ts';
import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';
import { FULFILLED, type Hold, type Standing, Wait, WAITING, type Waiting } from './wait.ts';
import { WaitList } from './wait-list.ts';

/** Of one resource. */
export interface ResourceOptions {
  /** Units; whole, at least 1, default 1. */
  readonly capacity?: number;
  /** For messages; default `resource`. */
  readonly name?: string;
}

/** Of one wish. */
export interface AcquireOptions {
  /** Lower goes first; any finite number, default 0. Equals are served first come, first served. */
  readonly priority?: number;
  /** Whole, 1 to the capacity, default 1; all are had at once, and nobody behind overtakes meanwhile. */
  readonly units?: number;
  /** Takes units from holders of a worse priority, the worst and latest first; they are interrupted with a `Preempted`. Default false. */
  readonly preempt?: boolean;
}

/** The cause of the interrupt of a process that lost its units to a more urgent one. */
export class Preempted {
  readonly resource: Resource;
  /** Who has them now. */
  readonly by: Process;
  /** Since when it had had them; virtual time, µs. */
  readonly sinceMicros: number;

  constructor(resource: Resource, by: Process, sinceMicros: number) {
    this.resource = resource;
    this.by = by;
    this.sinceMicros = sinceMicros;
  }
}

/**
 * Units that processes hold for a while: servers, connections, a repairman. Served by priority, then first come, first served; nobody overtakes the head of
 * the queue. Who holds is remembered: releasing what one doesn't hold, and ending while one holds, are errors.
 */
export class Resource {
  readonly capacity: number;
  readonly name: string;
  private readonly sim: Simulation;
  private readonly usual: Acquire;
  /** By rising priority; one that is empty is removed, but for the last. */
  private readonly lanes: WaitList[];
  /** The first of them. */
  private front = new WaitList();
  private used = 0;
  private waiting = 0;
  /** Those who hold, the latest first. */
  private latest: Share | undefined = undefined;
  private spare: Share | undefined = undefined;
  private changedAt = 0.5;
  private usedMicros = 0.5;
  private waitedMicros = 0.5;

  /** Throws KernelError `bad-capacity`. */
  constructor(sim: Simulation, options: ResourceOptions = {}) {
    const { capacity = 1, name = 'resource' } = options;
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new KernelError(
        'bad-capacity',
        `capacity ${shown(capacity)} of ${name}: expected a whole number, at least 1`,
      );
    }
    this.sim = sim;
    this.capacity = capacity;
    this.name = name;
    this.usual = new Acquire(this, 1, 0, false);
    this.lanes = [this.front];
    this.changedAt = sim.now;
    this.usedMicros = 0;
    this.waitedMicros = 0;
  }

  /** Units in use. */
  get inUse(): number {
    return this.used;
  }

  /** Processes that wait. */
  get queueLength(): number {
    return this.waiting;
  }

  /** Units in use, added up over virtual time until now, in unit microseconds: divided by the time and the capacity, the utilisation. */
  get inUseMicros(): number {
    return this.usedMicros + this.used * (this.sim.now - this.changedAt);
  }

  /** Waiting processes, added up over virtual time until now, in process microseconds: divided by the time, the mean queue length. */
  get queuedMicros(): number {
    return this.waitedMicros + this.waiting * (this.sim.now - this.changedAt);
  }

  /** To be yielded: a unit, at once or when it is this process's turn. Throws KernelError `bad-priority` or `bad-amount`. */
  acquire(options?: AcquireOptions): Wait<void> {
    return options === undefined ? this.usual : this.wish(options);
  }

  private wish({ priority = 0, units = 1, preempt = false }: AcquireOptions): Acquire {
    if (!Number.isFinite(priority)) {
      throw new KernelError('bad-priority', `priority ${shown(priority)} at ${this.name}: expected a finite number`);
    }
    if (!(Number.isSafeInteger(units) && units >= 1 && units <= this.capacity)) {
      throw new KernelError(
        'bad-amount',
        `${shown(units)} units of ${this.name}: expected a whole number from 1 to its capacity, ${this.capacity}`,
      );
    }
    return new Acquire(this, units, priority, preempt);
  }

  /**
   * Gives back what the active process (or the one given) acquired last of this resource; after a preemption that is nothing. Throws KernelError
   * `not-held` if it holds none, so a second release is an error.
   */
  release(holder?: Process): void {
    const root = holder === undefined ? this.sim.activeRoot : undefined;
    const latest = root?.holds as Share | undefined;
    if (root === undefined || latest === undefined || latest.resource !== this) {
      this.releaseOlder(holder ?? this.sim.activeProcess);
      return;
    }
    root.holds = latest.older;
    this.giveBack(latest);
  }

  /** The general case: `release` stays short. */
  private releaseOlder(holder: Process | undefined): void {
    if (holder === undefined) throw this.notHeld('no process is active, and none was given');
    const { root } = holder;
    let younger: Hold | undefined;
    // A process that has ended holds nothing, and its root may be another's.
    for (let hold = holder.alive ? root.holds : undefined; hold !== undefined; younger = hold, hold = hold.older) {
      if ((hold as Share).resource !== this) continue;
      if (younger === undefined) root.holds = hold.older;
      else younger.older = hold.older;
      this.giveBack(hold as Share);
      return;
    }
    throw this.notHeld(`process ${holder.name} holds none of it (any more)`);
  }

  begin(waiting: Waiting, wish: Acquire): Standing {
    // What is in use or waits may change: first, at every door, what it was until now.
    this.account();
    if (this.waiting === 0 && this.used + wish.units <= this.capacity) {
      this.grant(waiting.sleeper as Process, wish);
      return FULFILLED;
    }
    const { front } = this;
    if (wish.preempt || wish.priority !== front.priority) return this.beginByPriority(waiting, wish);
    front.add(waiting);
    this.waiting++;
    return WAITING;
  }

  private beginByPriority(waiting: Waiting, wish: Acquire): Standing {
    const wisher = waiting.sleeper as Process;
    const lane = this.lane(wish.priority);
    const isFirst = lane.size === 0 && lane === this.front;
    if (isFirst && wish.preempt) this.preempt(wisher, wish);
    if (isFirst && this.used + wish.units <= this.capacity) {
      this.dropIfEmpty(lane);
      this.grant(wisher, wish);
      return FULFILLED;
    }
    lane.add(waiting);
    this.waiting++;
    return WAITING;
  }

  withdraw(waiting: Waiting): void {
    this.account();
    this.leave(waiting);
    // The head may have blocked smaller wishes behind it.
    this.serve();
  }

  /** Of an `allOf` that was broken off. */
  undo(holder: Process): void {
    this.release(holder);
  }

  private account(): void {
    const { now } = this.sim;
    const gone = now - this.changedAt;
    if (gone === 0) return;
    this.usedMicros += this.used * gone;
    this.waitedMicros += this.waiting * gone;
    this.changedAt = now;
  }

  private leave(waiting: Waiting): void {
    const lane = waiting.list as WaitList;
    lane.remove(waiting);
    this.waiting--;
    if (lane.size === 0) this.dropIfEmpty(lane);
  }

  private grant(holder: Process, wish: Acquire): void {
    this.used += wish.units;
    let share = this.spare;
    if (share === undefined) share = new Share(this, wish);
    else this.spare = share.earlier;
    const { root } = holder;
    share.holder = root;
    share.wish = wish;
    share.since = this.changedAt;
    share.lost = false;
    share.older = root.holds;
    root.holds = share;
    share.later = undefined;
    share.earlier = this.latest;
    if (this.latest !== undefined) this.latest.later = share;
    this.latest = share;
  }

  /** Of one no longer among its process's holds. */
  giveBack(share: Share): void {
    this.account();
    // Without a later one it is the latest.
    if (this.waiting > 0 && share.later === undefined && !share.lost) {
      const wish = (this.front.first as Waiting).wait as Acquire;
      if (wish.units === share.wish.units) {
        this.handOver(share, wish);
        return;
      }
    }
    this.putBack(share);
  }

  /** The usual case of the next in the queue, short: it gets the same units, by the same share. */
  private handOver(share: Share, wish: Acquire): void {
    const { front } = this;
    const head = front.shift();
    this.waiting--;
    if (front.size === 0 && this.lanes.length > 1) this.dropIfEmpty(front);
    const { root } = head.sleeper as Process;
    share.holder = root;
    share.wish = wish;
    share.since = this.changedAt;
    share.older = root.holds;
    root.holds = share;
    head.fulfil(undefined);
    if (this.used < this.capacity) this.serve();
  }

  private putBack(share: Share): void {
    const { lost } = share;
    if (!lost) this.takeAway(share);
    share.holder = undefined;
    share.older = undefined;
    share.earlier = this.spare;
    this.spare = share;
    if (!lost) this.serve();
  }

  private takeAway(share: Share): void {
    this.used -= share.wish.units;
    const { earlier, later } = share;
    if (later === undefined) this.latest = earlier;
    else later.earlier = earlier;
    if (earlier !== undefined) earlier.later = later;
  }

  /** Gives units to those at the head of the queue while they last. */
  private serve(): void {
    while (this.waiting > 0) {
      const head = this.front.first as Waiting;
      const wish = head.wait as Acquire;
      if (this.used + wish.units > this.capacity) return;
      this.leave(head);
      this.grant(head.sleeper as Process, wish);
      head.fulfil(undefined);
    }
  }

  private preempt(by: Process, wish: Acquire): void {
    let free = this.capacity - this.used;
    for (let share = this.latest; share !== undefined; share = share.earlier) {
      if (share.wish.priority > wish.priority && share.holder?.sleeper !== by) free += share.wish.units;
    }
    if (free < wish.units) return;
    while (this.used + wish.units > this.capacity) {
      let worst: Share | undefined;
      for (let share = this.latest; share !== undefined; share = share.earlier) {
        if (share.holder?.sleeper === by || share.wish.priority <= wish.priority) continue;
        if (worst === undefined || share.wish.priority > worst.wish.priority) worst = share;
      }
      if (worst === undefined) return;
      this.takeAway(worst);
      worst.lost = true;
      ((worst.holder as Waiting).sleeper as Process).interrupt(new Preempted(this, by, worst.since));
    }
  }

  /** The queue of a priority, found by halving or made. */
  private lane(priority: number): WaitList {
    const { lanes } = this;
    if (this.front.priority === priority) return this.front;
    let low = 0;
    let high = lanes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lanes[middle] as WaitList).priority < priority) low = middle + 1;
      else high = middle;
    }
    const found = lanes[low];
    if (found !== undefined && found.priority === priority) return found;
    const made = new WaitList(priority);
    if (lanes.length === 1 && this.front.size === 0) lanes[0] = made;
    else lanes.splice(low, 0, made);
    this.front = lanes[0] as WaitList;
    return made;
  }

  private dropIfEmpty(lane: WaitList): void {
    if (lane.size > 0 || this.lanes.length === 1) return;
    this.lanes.splice(this.lanes.indexOf(lane), 1);
    this.front = this.lanes[0] as WaitList;
  }

  private notHeld(why: string): KernelError {
    return new KernelError('not-held', `release of ${this.name} at ${this.sim.now} µs: ${why}; acquire it first`);
  }
}

/** A wish for units of a resource. */
class Acquire extends Wait<void> {
  readonly resource: Resource;
  readonly units: number;
  readonly priority: number;
  readonly preempt: boolean;

  constructor(resource: Resource, units: number, priority: number, preempt: boolean) {
    super();
    this.resource = resource;
    this.units = units;
    this.priority = priority;
    this.preempt = preempt;
  }

  begin(waiting: Waiting): Standing {
    return this.resource.begin(waiting, this);
  }

  withdraw(waiting: Waiting): void {
    this.resource.withdraw(waiting);
  }

  override undo(waiting: Waiting): void {
    this.resource.undo(waiting.sleeper as Process);
  }
}

/** Units that one process holds by one wish. */
class Share implements Hold {
  readonly resource: Resource;
  /** The root wait of the process that has them. */
  holder: Waiting | undefined = undefined;
  wish: Acquire;
  since = 0.5;
  /** Taken away by preemption; the process may still release it, for nothing. */
  lost = false;
  older: Hold | undefined = undefined;
  earlier: Share | undefined = undefined;
  later: Share | undefined = undefined;

  constructor(resource: Resource, wish: Acquire) {
    this.resource = resource;
    this.wish = wish;
  }

  get of(): string {
    return this.resource.name;
  }

  abandon(): void {
    if (this.holder !== undefined) this.resource.release(this.holder.sleeper as Process);
  }
}
