/** SQS FIFO in plain arrays, written to be read: what the next receive must hand out, in which order, and what each call must answer. */

export interface Message {
  readonly id: number;
  readonly body: number;
  readonly group: number;
  readonly sentUs: number;
  receives: number;
  /** When it is visible again; -1 while it is. */
  hiddenUntilUs: number;
  receivedUs: number;
  handle: number;
}

export interface FifoReferenceSettings {
  visibilityUs: number;
  delayUs: number;
  retentionUs: number;
  readonly maxInFlight: number;
  readonly maxReceiveCount: number;
  readonly scanWindow: number;
  readonly perGroup: boolean;
}

const WINDOW_US = 300_000_000;
const CAP_US = 43_200_000_000;

export class FifoReference {
  /** In the order in which they came. */
  messages: Message[] = [];
  readonly settings: FifoReferenceSettings;
  readonly moved: number[] = [];
  readonly counts = { sent: 0, duplicates: 0, deleted: 0, expired: 0, purged: 0 };
  #accepted: { readonly key: string; readonly atUs: number; readonly id: number }[] = [];
  #next = 0;

  constructor(settings: FifoReferenceSettings) {
    this.settings = settings;
  }

  isDelayed(message: Message, nowUs: number): boolean {
    return message.receives === 0 && message.sentUs + this.settings.delayUs > nowUs;
  }
  isInFlight(message: Message): boolean {
    return message.hiddenUntilUs >= 0;
  }
  inFlight(): number {
    return this.messages.filter((message) => this.isInFlight(message)).length;
  }
  delayed(nowUs: number): number {
    return this.messages.filter((message) => this.isDelayed(message, nowUs)).length;
  }

  /** The id that the sender is told. */
  send(body: number, group: number, deduplicationId: number, nowUs: number): number {
    const key = this.settings.perGroup ? `${deduplicationId} of ${group}` : `${deduplicationId}`;
    const known = this.#accepted.find((one) => one.key === key && one.atUs + WINDOW_US > nowUs);
    if (known !== undefined) {
      this.counts.duplicates++;
      return known.id;
    }
    const id = this.#next++;
    this.#accepted.push({ key, atUs: nowUs, id });
    this.messages.push({ id, body, group, sentUs: nowUs, receives: 0, hiddenUntilUs: -1, receivedUs: -1, handle: 0 });
    this.counts.sent++;
    return id;
  }

  /** What time alone does, up to and including this instant. */
  settle(nowUs: number): void {
    const left = this.messages.filter((message) => message.sentUs + this.settings.retentionUs > nowUs);
    this.counts.expired += this.messages.length - left.length;
    this.messages = left;
    for (const message of left) {
      if (this.isInFlight(message) && message.hiddenUntilUs <= nowUs) message.hiddenUntilUs = -1;
    }
  }

  /** The next instant at which time changes something. */
  next(nowUs: number): number {
    const { retentionUs, delayUs } = this.settings;
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.messages.map((message) =>
        Math.min(
          message.sentUs + retentionUs,
          this.isInFlight(message) ? message.hiddenUntilUs : Number.POSITIVE_INFINITY,
          this.isDelayed(message, nowUs) ? message.sentUs + delayUs : Number.POSITIVE_INFINITY,
        ),
      ),
    );
  }

  /** The messages that a receive at this instant must hand out. */
  receive(max: number, visibilityUs: number, nowUs: number): Message[] {
    const answer: Message[] = [];
    const hasRoom = (): boolean => this.inFlight() < this.settings.maxInFlight;
    while (answer.length < max && hasRoom()) {
      const group = this.#nextGroup(nowUs);
      if (group === undefined) break;
      for (const message of this.messages.filter((one) => one.group === group)) {
        if (answer.length === max || !hasRoom() || !this.#canBeHad(message, nowUs)) break;
        if (message.receives === this.settings.maxReceiveCount) {
          this.#remove(message);
          this.moved.push(message.id);
          continue;
        }
        message.receives++;
        message.receivedUs = nowUs;
        message.hiddenUntilUs = Number.POSITIVE_INFINITY;
        answer.push(message);
      }
    }
    for (const message of answer) message.hiddenUntilUs = visibilityUs > 0 ? nowUs + visibilityUs : -1;
    return answer;
  }

  /** Of all groups whose first message can be had, the one with the oldest. */
  #nextGroup(nowUs: number): number | undefined {
    const seen = new Set<number>();
    for (const message of this.messages) {
      if (seen.has(message.group)) continue;
      seen.add(message.group);
      if (this.#canBeHad(message, nowUs)) return message.group;
    }
    return undefined;
  }

  #canBeHad(message: Message, nowUs: number): boolean {
    if (this.isInFlight(message) || this.isDelayed(message, nowUs)) return false;
    return this.messages.indexOf(message) < this.settings.scanWindow;
  }

  /** `newest`: the message whose newest handle it is; `id`: that it once was given for. */
  delete(id: number | undefined, handle: number): string | null {
    if (id === undefined) return 'ReceiptHandleIsInvalid';
    const message = this.messages.find((one) => one.id === id);
    if (message === undefined) return null;
    if (message.handle !== handle || !this.isInFlight(message)) return 'InvalidParameterValue';
    this.#remove(message);
    this.counts.deleted++;
    return null;
  }

  change(id: number | undefined, handle: number, timeoutUs: number, nowUs: number): string | null {
    if (id === undefined) return 'ReceiptHandleIsInvalid';
    const message = this.messages.find((one) => one.id === id);
    if (message === undefined || message.handle !== handle || !this.isInFlight(message)) return 'InvalidParameterValue';
    if (nowUs - message.receivedUs + timeoutUs > CAP_US) return 'InvalidParameterValue';
    message.hiddenUntilUs = timeoutUs === 0 ? -1 : nowUs + timeoutUs;
    return null;
  }

  purge(): void {
    this.counts.purged += this.messages.length;
    this.messages = [];
    this.#accepted = [];
  }

  #remove(message: Message): void {
    this.messages = this.messages.filter((one) => one !== message);
  }
}
