/** Messages per second that each message group may have: a token bucket for each group that was ever seen. */
const TOKEN = 1_000_000;
const FIRST_GROUPS = 64;

export class GroupRate {
  readonly #perSecond: number;
  readonly #full: number;
  readonly #place = new Map<number, number>();
  #level = new Float64Array(FIRST_GROUPS);
  #atUs = new Float64Array(FIRST_GROUPS);

  /** `burst`: messages that a bucket holds; all are full at first. */
  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#full = burst * TOKEN;
  }

  /** Whether the group has a message left now. */
  admits(group: number, nowUs: number): boolean {
    const at = this.#place.get(group);
    return at === undefined || this.#levelAt(at, nowUs) >= TOKEN;
  }

  /** Charges a message that was admitted. */
  charge(group: number, nowUs: number): void {
    const at = this.#placeOf(group);
    this.#level[at] = this.#levelAt(at, nowUs) - TOKEN;
    this.#atUs[at] = nowUs;
  }

  #levelAt(at: number, nowUs: number): number {
    const level = (this.#level[at] as number) + (nowUs - (this.#atUs[at] as number)) * this.#perSecond;
    return Math.min(this.#full, level);
  }

  #placeOf(group: number): number {
    const known = this.#place.get(group);
    if (known !== undefined) return known;
    const at = this.#place.size;
    if (at === this.#level.length) this.#grow();
    this.#place.set(group, at);
    this.#level[at] = this.#full;
    return at;
  }

  #grow(): void {
    const [level, atUs] = [this.#level, this.#atUs];
    this.#level = new Float64Array(level.length * 2);
    this.#level.set(level);
    this.#atUs = new Float64Array(atUs.length * 2);
    this.#atUs.set(atUs);
  }
}
