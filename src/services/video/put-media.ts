/**
 * PutMedia: one connection, on which fragments are read one after the other and acknowledged.
 *
 *   first byte ─▶ BUFFERING ── as fast as 12.5 MB/s ──▶ last byte ─▶ RECEIVED ── kept ──▶ PERSISTED (where there is a retention)
 *   a bad fragment, or 45 minutes ─▶ ERROR, and the connection is closed: what was not received is lost
 */
import { videoFacts as f } from '../../facts/index.ts';
import type { Handle, Simulation } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import { type AckError, ackErrors, videoErrors } from './errors.ts';
import type { FragmentLog, KeptFragment } from './fragment-log.ts';
import type { Acknowledgement, ConnectionOutput, FragmentInput, VideoProducer } from './operations.ts';
import type { VideoSettings } from './settings.ts';
import type { VideoMetrics } from './video-metrics.ts';

const SECOND_US = 1_000_000;
const GAP_US = SECOND_US / f.putMediaFragmentsPerSecond.value;
const LIFE_US = f.connectionSecondsMax.value * SECOND_US;

interface Connection {
  readonly id: number;
  readonly producer: VideoProducer;
  readonly tag: number;
  expiry: Handle;
  lastTimecodeUs: number;
}
/** A fragment on a connection. */
interface Sending {
  readonly connection: Connection;
  readonly input: FragmentInput;
  /** When the last byte is read; -1: it is bad. */
  readonly endUs: number;
  readonly problem: AckError | null;
  number: number;
  beganUs: number;
  kept: KeptFragment | null;
}

export class PutMedia {
  readonly #sim: Simulation;
  readonly #settings: VideoSettings;
  readonly #log: FragmentLog;
  readonly #metrics: VideoMetrics;
  readonly #onReceived: () => void;
  readonly #calls = new ActionRate(1, f.putMediaPerSecond.value, f.putMediaPerSecond.value);
  readonly #expire = (connection: Connection): void => this.#fail(connection, -1, -1, ackErrors.connectionDuration);
  readonly #begin = (sending: Sending): void => this.#beginNow(sending);
  readonly #received = (sending: Sending): void => this.#receivedNow(sending);
  readonly #persisted = (sending: Sending): void => this.#persistedNow(sending);
  #open: Connection | null = null;
  #nextConnection = 0;
  #nextNumber = 1;
  /** The stream reads no other byte before, and no other fragment. */
  #freeUs = 0;
  #nextFragmentUs = 0;

  constructor(
    sim: Simulation,
    settings: VideoSettings,
    log: FragmentLog,
    metrics: VideoMetrics,
    onReceived: () => void,
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.#log = log;
    this.#metrics = metrics;
    this.#onReceived = onReceived;
  }

  open(producer: VideoProducer, tag: number): ConnectionOutput {
    this.#metrics.putRequests.add(1);
    if (!this.#calls.take(0, 1, this.#sim.now)) return { error: videoErrors.rate('PutMedia'), connection: -1 };
    if (this.#open !== null) {
      this.#metrics.putConnectionErrors.add(1);
      return { error: videoErrors.connections('PutMedia', f.putMediaConnections.value), connection: -1 };
    }
    const connection: Connection = {
      id: this.#nextConnection++,
      producer,
      tag,
      expiry: -1,
      lastTimecodeUs: Number.NEGATIVE_INFINITY,
    };
    connection.expiry = this.#sim.schedule(LIFE_US, this.#expire, connection, 0);
    this.#open = connection;
    // What another connection had under way is not read.
    this.#freeUs = Math.min(this.#freeUs, this.#sim.now);
    this.#metrics.putConnections.set(1);
    return { error: null, connection: connection.id };
  }

  /** On a connection that is closed it is lost. */
  send(id: number, input: FragmentInput): void {
    const connection = this.#open;
    if (connection === null || connection.id !== id) return;
    const problem = problemOf(input, connection.lastTimecodeUs);
    connection.lastTimecodeUs = input.timecodeUs;
    const startUs = Math.max(this.#sim.now, this.#freeUs, this.#nextFragmentUs);
    const readUs = Math.ceil((input.bytes * SECOND_US) / this.#settings.putMediaBytesPerSecond);
    const endUs = Math.max(startUs + Math.max(readUs, input.sendUs ?? 0), input.readyUs ?? 0);
    const sending: Sending = { connection, input, endUs, problem, number: -1, beganUs: startUs, kept: null };
    this.#sim.scheduleAt(startUs, this.#begin, sending);
    this.#freeUs = endUs;
    this.#nextFragmentUs = startUs + GAP_US;
  }

  close(id: number): void {
    if (this.#open?.id === id) this.#closeNow(this.#open);
  }

  #beginNow(sending: Sending): void {
    const { connection, input, problem, endUs } = sending;
    if (this.#open !== connection) return;
    sending.number = this.#nextNumber++;
    if (problem !== null) {
      this.#fail(connection, input.timecodeUs, sending.number, problem);
      return;
    }
    this.#tell(connection, 'BUFFERING', input.timecodeUs, sending.number);
    this.#sim.scheduleAt(endUs, this.#received, sending);
  }

  #receivedNow(sending: Sending): void {
    const { connection, input, number } = sending;
    if (this.#open !== connection) return;
    const { timecodeUs, durationUs, bytes } = input;
    const now = this.#sim.now;
    sending.kept = {
      FragmentNumber: number,
      ProducerTimestampUs: timecodeUs,
      ServerTimestampUs: now,
      durationUs,
      bytes,
      listedUs: Number.POSITIVE_INFINITY,
    };
    this.#log.append(sending.kept);
    this.#metrics.putFragments.add(1);
    this.#metrics.putBytes.add(bytes);
    this.#metrics.ingestionMs.record((now - sending.beganUs) / 1000);
    if (this.#log.keeps) this.#sim.schedule(this.#settings.persistUs, this.#persisted, sending);
    this.#tell(connection, 'RECEIVED', timecodeUs, number);
    this.#onReceived();
  }

  /** It is kept whether or not anybody hears of it. */
  #persistedNow(sending: Sending): void {
    const { connection, input, number, kept } = sending;
    if (kept !== null) kept.listedUs = this.#sim.now + this.#settings.listDelayUs;
    this.#metrics.persistMs.record(this.#settings.persistUs / 1000);
    if (this.#open === connection) this.#tell(connection, 'PERSISTED', input.timecodeUs, number);
  }

  #fail(connection: Connection, timecodeUs: number, number: number, problem: AckError): void {
    if (this.#open !== connection) return;
    this.#closeNow(connection);
    this.#metrics.errorAcks.add(1);
    this.#tell(connection, 'ERROR', timecodeUs, number, problem);
  }
  #closeNow(connection: Connection): void {
    this.#sim.cancel(connection.expiry);
    this.#open = null;
    this.#metrics.putConnections.set(0);
  }

  #tell(
    { producer, tag }: Connection,
    EventType: Acknowledgement['EventType'],
    FragmentTimecodeUs: number,
    FragmentNumber: number,
    problem: AckError = { ErrorId: 0, ErrorCode: '' },
  ): void {
    producer.onAcknowledgement(tag, { EventType, FragmentTimecodeUs, FragmentNumber, ...problem });
  }
}

function problemOf(
  { timecodeUs, durationUs, bytes, tracks = 1, tags = 0 }: FragmentInput,
  lastUs: number,
): AckError | null {
  if (bytes > f.fragmentBytesMax.value) return ackErrors.size;
  if (durationUs > f.fragmentSecondsMax.value * SECOND_US) return ackErrors.duration;
  if (durationUs < f.fragmentSecondsMin.value * SECOND_US) return ackErrors.tooShort;
  if (timecodeUs <= lastUs) return ackErrors.timecode;
  if (tracks > f.tracksMax.value) return ackErrors.tracks;
  return tags > f.tagsMax.value ? ackErrors.metadata : null;
}
