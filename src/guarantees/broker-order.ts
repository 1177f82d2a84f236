import type { Checker, Fold } from './checker.ts';
import * as What from './codes.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import type { PromiseSettings } from './promises.ts';
import { ofClient } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * Of a queue, where sequence is a message's place in it and t the instant at which the broker sends: for first deliveries of a, b: sequence(a) < sequence(b) ⟹ t(a) ≤ t(b). Where the line of a is lost at u, or a is
 * refused by who has nothing else in hand, and a is sent again at t(a): sequence(a) < sequence(b), u < t(b) < t(a) ⟹ b was delivered before.
 *
 * Where a broker that dies forgets what it has sent (ActiveMQ): of a, b only where no line was lost since t(b); what was on its way to a client, or in one that had not come to it, is sent as if for the first time.
 *
 * Messages leave in their order, whoever gets them; one that comes back goes before all later ones. In which order several consumers are done with them nobody promises.
 */
export const orderAtBroker: Checker = { guarantee: 'order', start: (settings) => new BrokerOrder(settings) };

const Seen = 1;
/** Refused, and put behind all others. */
const Displaced = 2;

/** What one queue has sent. */
class Sent {
  highest = -1;
  highestUs = -1;
  highestN = -1;
  /** First deliveries, newest last: when, which place, which record. Looked at from the end. */
  readonly us: number[] = [];
  readonly sequence: number[] = [];
  readonly n: number[] = [];
}

/** What one connection has in hand: places of messages. */
interface Line {
  readonly number: number;
  readonly inHand: Set<number>;
  /** Refused, and the broker may not know yet. */
  readonly refused: Set<number>;
}

function newLine(number: number): Line {
  return { number, inHand: new Set(), refused: new Set() };
}

class BrokerOrder implements Fold {
  readonly wants = [What.receiveOk, What.receiveUnknown, What.deleteInvoke, What.visibilityOk];
  /** By number of the queue, 1: it is judged. */
  readonly #isJudged: readonly number[];
  /** By number of the queue: prefetch of its readers, where it is 1 for all of them and they acknowledge; else something else. */
  readonly #limits: readonly number[];
  /** By number of the queue, 1: what is refused goes behind all others. */
  readonly #isToTail: readonly number[];
  /** Whether the broker may have forgotten what it has sent, where lines were lost. */
  readonly #forgets: boolean;
  readonly #queues = new Map<number, Sent>();
  readonly #lines = new Map<number, Line>();
  readonly #state = new FlagColumn();
  /** Of a message: since when it is back for sure; -1: it is not. And the record that says so. */
  readonly #backUs = new NumberColumn();
  readonly #backN = new RecordColumn();
  readonly #refusedN = new RecordColumn();
  /** Whose hands it came to last. */
  readonly #holder = new NumberColumn();
  /** When a line was lost last. */
  #lostUs = -1;
  #compared = 0;
  #cameBack = 0;
  #found: readonly number[] | null = null;
  #sentence = '';

  constructor(settings: PromiseSettings) {
    this.#isJudged = settings.numbers('isJudged');
    this.#limits = settings.numbers('limits');
    this.#isToTail = settings.numbers('isToTail');
    this.#forgets = settings.flag('forgets');
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther, message } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const connection = ofClient(chunk.client[row] as number, chunk.who[row] as number);
      const line = this.#lines.get(connection) ?? newLine(connection);
      this.#lines.set(connection, line);
      if (what === What.receiveUnknown) {
        this.#lost(line, chunk.us[row] as number, chunk.first + row);
        continue;
      }
      const one = message[row] as number;
      if (one < 0 || this.#isJudged[chunk.group[row] as number] !== 1) continue;
      if (what === What.receiveOk) this.#received(all, row, one, line);
      else if (what === What.deleteInvoke) line.inHand.delete(one);
      else if (what === What.visibilityOk && line.inHand.delete(one)) {
        line.refused.add(one);
        this.#refusedN.set(one, chunk.first + row);
        if (this.#isToTail[chunk.group[row] as number] === 1) this.#state.add(one, Displaced);
      }
    }
  }

  /** All that came on it comes back, perhaps: a client may have several lines, and the next that is lost is that of this message. */
  #lost(line: Line, us: number, n: number): void {
    this.#lostUs = us;
    for (const one of line.refused) line.inHand.add(one);
    line.refused.clear();
    for (const one of line.inHand) {
      if (this.#holder.get(one) !== line.number) {
        line.inHand.delete(one);
        continue;
      }
      this.#backUs.set(one, us);
      this.#backN.set(one, n);
    }
  }

  #received(all: Sightings, row: number, one: number, line: Line): void {
    const { chunk, latestUs } = all;
    const group = chunk.group[row] as number;
    const us = latestUs[row] as number;
    const n = chunk.first + row;
    const sequence = chunk.sequence[row] as number;
    const sent = this.#queues.get(group) ?? new Sent();
    this.#queues.set(group, sent);
    if (this.#limits[group] === 1) this.#areBack(line, us);
    if (!this.#state.has(one, Seen) && (chunk.receives[row] as number) <= 1) this.#first(sent, sequence, us, n);
    else if (this.#backUs.get(one) >= 0 && !this.#state.has(one, Displaced)) this.#again(sent, one, sequence, us, n);
    this.#state.add(one, Seen);
    this.#backUs.set(one, -1);
    this.#holder.set(one, line.number);
    line.inHand.add(one);
  }

  /** Who takes one at a time is sent the next when the broker knows of its refusal. */
  #areBack({ number, refused }: Line, us: number): void {
    for (const one of refused) {
      // It has come to somebody else since.
      if (this.#holder.get(one) !== number) continue;
      this.#backUs.set(one, us);
      this.#backN.set(one, this.#refusedN.get(one));
    }
    refused.clear();
  }

  #first(sent: Sent, sequence: number, us: number, n: number): void {
    if (sent.highest >= 0) this.#compared++;
    const isUnsure = this.#forgets && this.#lostUs > sent.highestUs;
    if (!isUnsure && (sequence < sent.highest ? us > sent.highestUs : us < sent.highestUs))
      this.#say('A message was sent before an older one of its queue.', [sent.highestN, n]);
    if (sequence > sent.highest) {
      sent.highest = sequence;
      sent.highestUs = us;
      sent.highestN = n;
    }
    sent.us.push(us);
    sent.sequence.push(sequence);
    sent.n.push(n);
  }

  #again(sent: Sent, one: number, sequence: number, us: number, n: number): void {
    this.#cameBack++;
    const backUs = this.#backUs.get(one);
    // Records of several lines are not in the order of what they tell: none is on its way for as long as this.
    for (let i = sent.us.length - 1; i >= 0 && (sent.us[i] as number) > backUs - SLACK_US; i--) {
      const at = sent.us[i] as number;
      if (at <= backUs || at >= us || (sent.sequence[i] as number) < sequence) continue;
      this.#say('A message that came back had to wait for a later one.', [
        this.#backN.get(one),
        sent.n[i] as number,
        n,
      ]);
      return;
    }
  }

  #say(sentence: string, evidence: readonly number[]): void {
    if (this.#found !== null) return;
    this.#found = evidence;
    this.#sentence = sentence;
  }

  finish(): Finding {
    const counts = { compared: this.#compared, cameBack: this.#cameBack };
    if (this.#found !== null) return broken(counts, this.#sentence, this.#found);
    return this.#compared === 0 ? notExercised(counts, 'No queue gave out two messages.') : held(counts);
  }
}

const SLACK_US = 10_000_000;
