/**
 * A camera: sends fragments on its connection of PutMedia and is told what became of them.
 *
 *   call ─▶ sendFragment ─▶ kept (received, where nothing is kept): ok
 *              └─▶ the connection ends: failed, for all that is on it; then it connects anew
 */
import type { Handle, Simulation } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome } from '../services/ports.ts';
import type { Acknowledgement, VideoOperations, VideoProducer } from '../services/video/operations.ts';
import type { CameraFleetSettings } from '../services/video/settings.ts';
import type { RequestTable } from './requests.ts';

interface Sent {
  readonly request: number;
  readonly caller: Caller;
  readonly tag: number;
  left: boolean;
}

export class Camera implements Callee, VideoProducer {
  readonly #sim: Simulation;
  readonly #settings: CameraFleetSettings;
  readonly #requests: RequestTable;
  readonly #stream: VideoOperations;
  /** On the connection, by ticket. */
  readonly #sent = new Map<number, Sent>();
  readonly #tickets = new Map<number, number>();
  #nextTicket = 0;
  #connection = -1;
  /** Until it asks for a connection again. */
  #retry: Handle | -1 = -1;
  #lastTimecodeUs = -1;
  /** How many faults keep it from the service. */
  #down = 0;
  readonly #connect = (): void => {
    this.#retry = -1;
    this.#connectNow();
  };

  constructor(sim: Simulation, settings: CameraFleetSettings, requests: RequestTable, stream: VideoOperations) {
    this.#sim = sim;
    this.#settings = settings;
    this.#requests = requests;
    this.#stream = stream;
  }

  start(): void {
    this.#connectNow();
  }

  call(request: number, _path: number, caller: Caller, tag: number): number {
    if (this.#connection === -1) {
      caller.onReply(tag, Outcome.unavailable);
      return -1;
    }
    // A fragment that is sent again was taken before, but its timecode must be later than the last.
    const timecodeUs = Math.max(this.#sim.now, this.#lastTimecodeUs + 1);
    this.#lastTimecodeUs = timecodeUs;
    this.#requests.retain(request);
    const ticket = this.#nextTicket++;
    this.#tickets.set(timecodeUs, ticket);
    this.#sent.set(ticket, { request, caller, tag, left: false });
    const { fragmentUs: durationUs, sendUs } = this.#settings;
    this.#stream.sendFragment(this.#connection, {
      timecodeUs,
      durationUs,
      bytes: this.#requests.bytes(request),
      readyUs: this.#requests.arrivedUs(request) + sendUs,
    });
    return ticket;
  }

  abandon(ticket: number): void {
    // What is on its way cannot be called back.
    const sent = this.#sent.get(ticket);
    if (sent !== undefined) sent.left = true;
  }
  disown(): void {}

  onAcknowledgement(_tag: number, { EventType, FragmentTimecodeUs }: Acknowledgement): void {
    if (EventType === 'ERROR') {
      this.#lose();
      this.#connectNow();
    } else if (EventType === (this.#settings.dataRetentionHours > 0 ? 'PERSISTED' : 'RECEIVED')) {
      const ticket = this.#tickets.get(FragmentTimecodeUs) ?? -1;
      const sent = this.#sent.get(ticket);
      this.#sent.delete(ticket);
      this.#tickets.delete(FragmentTimecodeUs);
      if (sent !== undefined) this.#answer(sent, Outcome.ok);
    }
  }

  /** It has no way to the service until the returned function is called. */
  cutOff(): () => void {
    this.#down++;
    if (this.#connection !== -1) this.#stream.closePutMedia(this.#connection);
    this.#lose();
    return () => {
      this.#down--;
      this.#connectNow();
    };
  }

  #connectNow(): void {
    if (this.#down > 0 || this.#connection !== -1 || this.#retry !== -1) return;
    const { error, connection } = this.#stream.PutMedia(this, 0);
    if (error === null) this.#connection = connection;
    else this.#retry = this.#sim.schedule(this.#settings.reconnectUs, this.#connect, undefined);
  }

  #lose(): void {
    this.#connection = -1;
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    this.#tickets.clear();
    for (const sent of lost) this.#answer(sent, Outcome.unavailable);
  }

  #answer({ request, caller, tag, left }: Sent, outcome: Outcome): void {
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }
}
