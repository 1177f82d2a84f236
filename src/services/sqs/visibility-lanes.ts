/**
 * When messages in flight become visible again. Equal timeouts fall due in the order they began, so each timeout value has a lane
 * with one kernel event for its head; an entry leaves in constant time and leaves nothing behind.
 *
 *   arm(record, 30 s) ─▶ lane of 30 s: head … tail     ─▶ onDue(record) at its due time, phase 0
 *   arm(record, 7.3 s) ─▶ an event of its own, where too many different values are in use at once
 */
import type { Simulation } from '../../kernel/index.ts';
import { NONE } from './message-store.ts';
import { type ReceiveRecords, RecordList } from './receive-records.ts';

const MAX_LANES = 64;
const ALONE = 255;
const NO_EVENT = -1;

class Lane {
  timeoutUs: number;
  readonly list: RecordList;
  scheduled = false;

  constructor(timeoutUs: number, records: ReceiveRecords) {
    this.timeoutUs = timeoutUs;
    this.list = new RecordList(records);
  }
}

/** The visibility timeouts of one queue. */
export class VisibilityLanes {
  readonly #sim: Simulation;
  readonly #records: ReceiveRecords;
  readonly #onDue: (record: number) => void;
  readonly #before: () => void;
  readonly #lanes: Lane[] = [];
  readonly #laneOf = new Map<number, number>();
  #lastTimeoutUs = -1;
  #lastLane = 0;
  /** Kernel handles of events of their own; grows with the records once it is needed. */
  #events = new Float64Array(0);
  readonly #fireLane = (lane: number): void => this.#fire(lane);

  /** `before` goes ahead of what falls due at an instant; it may disarm any of it. */
  constructor(sim: Simulation, records: ReceiveRecords, onDue: (record: number) => void, before: () => void) {
    this.#sim = sim;
    this.#records = records;
    this.#onDue = onDue;
    this.#before = before;
  }

  arm(record: number, timeoutUs: number): void {
    const dueUs = this.#sim.now + timeoutUs;
    this.#records.dueUs[record] = dueUs;
    const index = timeoutUs === this.#lastTimeoutUs ? this.#lastLane : this.#lane(timeoutUs);
    this.#records.lane[record] = index;
    if (index === ALONE) {
      this.#armAlone(record, dueUs);
      return;
    }
    const lane = this.#lanes[index] as Lane;
    lane.list.append(record);
    if (lane.scheduled) return;
    lane.scheduled = true;
    this.#sim.scheduleAt(dueUs, this.#fireLane, index, 0);
  }

  disarm(record: number): void {
    const index = this.#records.lane[record] as number;
    if (index === ALONE) {
      this.#sim.cancel(this.#events[record] as number);
      this.#events[record] = NO_EVENT;
    } else (this.#lanes[index] as Lane).list.remove(record);
  }

  #fire(index: number): void {
    const lane = this.#lanes[index] as Lane;
    const { list } = lane;
    const now = this.#sim.now;
    this.#before();
    for (let head = list.head; head !== NONE && (this.#records.dueUs[head] as number) <= now; head = list.head) {
      list.remove(head);
      this.#onDue(head);
    }
    if (list.head === NONE) lane.scheduled = false;
    else this.#sim.scheduleAt(this.#records.dueUs[list.head] as number, this.#fireLane, index, 0);
  }

  readonly #fireAlone = (record: number): void => {
    this.#before();
    if (this.#events[record] === NO_EVENT) return;
    this.#events[record] = NO_EVENT;
    this.#onDue(record);
  };

  /** The lane of a timeout: its own, a new one, one that nobody uses any more, or none. */
  #lane(timeoutUs: number): number {
    let index = this.#laneOf.get(timeoutUs);
    if (index === undefined) {
      if (this.#lanes.length < MAX_LANES) {
        index = this.#lanes.push(new Lane(timeoutUs, this.#records)) - 1;
      } else {
        index = this.#lanes.findIndex((lane) => !lane.scheduled);
        if (index < 0) return ALONE;
        const lane = this.#lanes[index] as Lane;
        this.#laneOf.delete(lane.timeoutUs);
        lane.timeoutUs = timeoutUs;
      }
      this.#laneOf.set(timeoutUs, index);
    }
    this.#lastTimeoutUs = timeoutUs;
    this.#lastLane = index;
    return index;
  }

  #armAlone(record: number, dueUs: number): void {
    if (record >= this.#events.length) {
      const longer = new Float64Array(this.#records.slot.length);
      longer.set(this.#events);
      this.#events = longer;
    }
    this.#events[record] = this.#sim.scheduleAt(dueUs, this.#fireAlone, record, 0);
  }
}
