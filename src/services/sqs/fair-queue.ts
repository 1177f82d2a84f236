/**
 * A standard queue that is fair between message groups (tenants): what waits of quiet ones goes first, noisy ones are neither dropped nor
 * slowed down.
 *
 *   SendMessage(group) ─▶ the queue's own lanes ─ its turn comes, and its tenant is noisy ─▶ lanes of that tenant
 *                              │ quiet ones first                                               │ then the tenant with the fewest in flight
 *   ReceiveMessage ◀───────────┴────────────────────────────────────────────────────────────────┘
 *
 * A group says nothing about order here, and locks nothing.
 */
import type { Simulation } from '../../kernel/index.ts';
import type { Level } from '../ports.ts';
import { ASIDE, NO_GROUP, NONE } from './message-store.ts';
import { ReceiveRecords, type RecordList, Stage } from './receive-records.ts';
import type { SqsSettings } from './settings.ts';
import { SqsQueue } from './standard-queue.ts';
import { FAIR_THRESHOLDS, type FairThresholds, type Lanes, NOBODY, Tenants } from './tenants.ts';
import type { SqsPorts } from './wiring.ts';

export class FairQueue extends SqsQueue {
  protected readonly tenants: Tenants;
  readonly #noisyGroups: Level;
  #lastNoisy = 0;

  /** Throws as SqsQueue does. */
  constructor(
    sim: Simulation,
    settings: SqsSettings,
    ports: SqsPorts,
    thresholds: FairThresholds = FAIR_THRESHOLDS,
    records = new ReceiveRecords(),
  ) {
    super(sim, { ...settings, fairQueues: true }, ports, records);
    this.tenants = new Tenants(this.store, records, thresholds);
    this.#noisyGroups = ports.metrics.level('ApproximateNumberOfNoisyGroups', 'Count');
  }

  // --- what tenants have ---

  protected override entered(slot: number, groupId: number): void {
    this.store.setGroup(slot, this.tenants.enter(groupId, this.sim.now));
  }

  protected override leaveArrivals(slot: number): void {
    super.leaveArrivals(slot);
    this.tenants.leave(this.store.group(slot));
  }

  protected override hide(record: number, visibilityUs: number): void {
    super.hide(record, visibilityUs);
    const tenant = this.#tenantOf(record);
    this.receiveOutput.MessageGroupId[this.receiveOutput.count] = this.tenants.at(tenant).id;
    this.tenants.handOut(tenant);
  }

  protected override leaveFlight(record: number): void {
    super.leaveFlight(record);
    const heldUs = this.sim.now - (this.records.receivedUs[record] as number);
    this.tenants.comeBack(this.#tenantOf(record), heldUs, this.sim.now);
  }

  protected override groupIdOf(slot: number): number {
    const tenant = this.store.group(slot);
    return tenant === NOBODY ? NO_GROUP : this.tenants.at(tenant).id;
  }

  #tenantOf(record: number): number {
    return this.store.group(this.records.slot[record] as number);
  }

  #isNoisy(slot: number): boolean {
    return this.tenants.isNoisy(this.store.group(slot));
  }

  protected override report(): void {
    super.report();
    const noisy = this.tenants.noisy.length;
    if (noisy === this.#lastNoisy) return;
    this.#lastNoisy = noisy;
    this.#noisyGroups.set(noisy);
  }

  // --- whose turn it is ---

  protected override takeNext(): number {
    this.#letSilentBack();
    this.#setAsideFirst();
    const quiet = super.takeNext();
    return quiet === NONE ? this.#takeNoisy(false) : quiet;
  }

  protected override takeSampled(): number {
    this.#letSilentBack();
    this.#setAsideFirst();
    const quiet = super.takeSampled();
    if (quiet !== NONE) return quiet;
    this.#setAsideAll();
    return this.#takeNoisy(true);
  }

  /** Among those of its own lanes: the noisy ones there are not looked at. */
  protected override isSampled(slot: number): boolean {
    return super.isSampled(slot) && !this.#isNoisy(slot);
  }

  /** A message of the noisy tenant with the fewest in flight. */
  #takeNoisy(sampled: boolean): number {
    const { tenants } = this;
    let chosen: Lanes | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const index of tenants.noisy) {
      const { inFlight, lanes } = tenants.at(index);
      if (lanes === null || inFlight >= fewest || !this.#hasAny(lanes, sampled)) continue;
      fewest = inFlight;
      chosen = lanes;
    }
    return chosen === null ? NONE : this.#takeFrom(chosen, sampled);
  }

  #hasAny({ returned, fresh, back }: Lanes, sampled: boolean): boolean {
    if (!sampled) return returned.head !== NONE || fresh.head !== NONE || back.head !== NONE;
    return (
      this.#recorded(returned, true) !== NONE ||
      this.#fresh(fresh, true)[1] !== NONE ||
      this.#recorded(back, true) !== NONE
    );
  }

  /** Received before, never received, received often: in this order. */
  #takeFrom({ returned, fresh, back }: Lanes, sampled: boolean): number {
    const first = this.#recorded(returned, sampled);
    if (first !== NONE) return this.takeRecorded(returned, this.#unmarked(first));
    const [before, slot] = this.#fresh(fresh, sampled);
    if (slot === NONE) return this.takeRecorded(back, this.#unmarked(this.#recorded(back, sampled)));
    fresh.takeAfter(before, slot);
    this.store.unflag(slot, ASIDE);
    return this.recordOf(slot);
  }

  #recorded({ head }: RecordList, sampled: boolean): number {
    if (!sampled) return head;
    const { next, slot } = this.records;
    let record = head;
    while (record !== NONE && !super.isSampled(slot[record] as number)) record = next[record] as number;
    return record;
  }

  #fresh(lane: Lanes['fresh'], sampled: boolean): readonly [before: number, slot: number] {
    let before = NONE;
    let slot = lane.head;
    if (!sampled) return [before, slot];
    while (slot !== NONE && !super.isSampled(slot)) {
      before = slot;
      slot = lane.nextAfter(slot);
    }
    return [before, slot];
  }

  #unmarked(record: number): number {
    this.store.unflag(this.records.slot[record] as number, ASIDE);
    return record;
  }

  // --- into a noisy tenant's lanes, and back ---

  /** What is first in the queue's own lanes is not of a noisy tenant afterwards. */
  #setAsideFirst(): void {
    if (this.tenants.noisy.length === 0) return;
    const { fresh, returned, back } = this;
    const { slot } = this.records;
    while (fresh.head !== NONE && this.#isNoisy(fresh.head))
      this.#lanesOf(fresh.head).fresh.append(this.#marked(fresh.takeHead()));
    for (const lane of [returned, back] as const) {
      while (lane.head !== NONE && this.#isNoisy(slot[lane.head] as number)) this.#setRecordAside(lane, lane.head);
    }
  }

  /** None of the queue's own lanes has one of a noisy tenant afterwards. */
  #setAsideAll(): void {
    const { fresh, records } = this;
    if (this.tenants.noisy.length === 0) return;
    for (let before = NONE, slot = fresh.head; slot !== NONE; slot = fresh.nextAfter(before)) {
      if (!this.#isNoisy(slot)) {
        before = slot;
        continue;
      }
      fresh.takeAfter(before, slot);
      this.#lanesOf(slot).fresh.append(this.#marked(slot));
    }
    for (const lane of [this.returned, this.back]) {
      for (let record = lane.head; record !== NONE; ) {
        const next = records.next[record] as number;
        if (this.#isNoisy(records.slot[record] as number)) this.#setRecordAside(lane, record);
        record = next;
      }
    }
  }

  #setRecordAside(lane: RecordList, record: number): void {
    const slot = this.records.slot[record] as number;
    lane.remove(record);
    const lanes = this.#lanesOf(this.#marked(slot));
    (lane === this.returned ? lanes.returned : lanes.back).append(record);
  }

  #marked(slot: number): number {
    this.store.flag(slot, ASIDE);
    return slot;
  }

  #lanesOf(slot: number): Lanes {
    return this.tenants.at(this.store.group(slot)).lanes as Lanes;
  }

  /** Who has sent nothing for five minutes is no longer noisy: what waits of them goes where it would be by its age. */
  #letSilentBack(): void {
    const { tenants } = this;
    for (let index = tenants.silent(this.sim.now); index >= 0; index = tenants.silent(this.sim.now)) {
      tenants.makeQuiet(index);
      this.#mergeBack(tenants.at(index).lanes as Lanes);
    }
  }

  #mergeBack({ returned, fresh, back }: Lanes): void {
    while (returned.head !== NONE) {
      const record = this.#unmarked(returned.head);
      returned.remove(record);
      this.returned.append(record);
    }
    while (back.head !== NONE) {
      const record = this.#unmarked(back.head);
      back.remove(record);
      this.records.dueUs[record] = this.fresh.added;
      this.back.append(record);
    }
    const slots: number[] = [];
    while (fresh.head !== NONE) {
      slots.push(fresh.head);
      this.store.unflag(fresh.takeHead(), ASIDE);
    }
    this.fresh.insertByAge(slots);
  }

  protected override leaveLane(lane: RecordList, record: number): void {
    const slot = this.records.slot[record] as number;
    if (!this.store.has(slot, ASIDE)) {
      super.leaveLane(lane, record);
      return;
    }
    this.store.unflag(slot, ASIDE);
    const lanes = this.#lanesOf(slot);
    (this.records.stage[record] === Stage.returned ? lanes.returned : lanes.back).remove(record);
  }

  protected override bury(slot: number): void {
    if (this.store.has(slot, ASIDE)) this.#lanesOf(slot).fresh.bury(slot);
    else super.bury(slot);
  }
}
