/** A broker of one queue that does what a driver's other end does: takes, hands out in turn, takes back what a lost connection had. */
import type { Simulation } from '../../../src/kernel/index.ts';
import { compileVariate } from '../../../src/kernel/index.ts';
import type { DeliveredMessage } from '../../../src/services/mq/broker/ports.ts';
import { Outcome, type Requests } from '../../../src/services/ports.ts';
import { EndpointState } from '../../../src/workload/endpoint.ts';
import { BrokerConnection, type ConnectionOwner, type ConnectionPorts } from '../../../src/workload/mq/connection.ts';
import type { BrokerDriver, BrokerEnd } from '../../../src/workload/mq/protocol.ts';

interface Held {
  readonly body: number;
  readonly id: number;
  deliveries: number;
}

export class FakeBroker {
  readonly sim: Simulation;
  readonly requests: Requests;
  /** What it was told, with the millisecond. */
  readonly diary: string[] = [];
  isUp = true;
  /** Answers to what is published; one for each, then ok. */
  readonly answers: Outcome[] = [];
  /** Says nothing to what is published. */
  isSilent = false;
  readonly ready: Held[] = [];
  readonly ends: FakeDriver[] = [];
  #ids = 0;

  constructor(sim: Simulation, requests: Requests) {
    this.sim = sim;
    this.requests = requests;
  }

  note(text: string): void {
    this.diary.push(`${this.sim.now / 1000} ${text}`);
  }

  /** All connections break, and nobody gets in until it is up again. */
  kill(): void {
    this.isUp = false;
    for (let end = this.ends[0]; end !== undefined; end = this.ends[0]) end.lose();
  }

  put(body: number): void {
    this.requests.retain(body);
    this.ready.push({ body, id: this.#ids++, deliveries: 0 });
    this.dispatch();
  }

  dispatch(): void {
    for (let found = true; found && this.ready.length > 0; ) {
      const reader = this.ends.find((one) => one.hasCredit);
      found = reader !== undefined;
      if (reader === undefined) continue;
      this.ends.push(...this.ends.splice(this.ends.indexOf(reader), 1));
      reader.deliver(this.ready.shift() as Held);
    }
  }
}

export interface FakeOptions {
  readonly answers?: boolean;
  readonly acknowledges?: boolean;
  /** 0: it reads nothing. */
  readonly prefetch?: number;
}

export class FakeDriver implements BrokerDriver {
  readonly answers: boolean;
  readonly acknowledges: boolean;
  readonly #broker: FakeBroker;
  readonly #prefetch: number;
  readonly #held = new Map<number, Held>();
  #end: BrokerEnd | null = null;
  #handles = 0;

  constructor(broker: FakeBroker, { answers = true, acknowledges = true, prefetch = 0 }: FakeOptions = {}) {
    this.#broker = broker;
    this.answers = answers;
    this.acknowledges = acknowledges;
    this.#prefetch = prefetch;
  }

  get hasCredit(): boolean {
    return this.#held.size < this.#prefetch;
  }

  connect(end: BrokerEnd): boolean {
    this.#broker.note(this.#broker.isUp ? 'connected' : 'refused');
    if (!this.#broker.isUp) return false;
    this.#end = end;
    this.#broker.ends.push(this);
    this.#broker.dispatch();
    return true;
  }

  publish(request: number, tag: number): void {
    this.#broker.note(`publish ${request}`);
    this.#broker.put(request);
    if (this.answers && !this.#broker.isSilent) this.#end?.answered(tag, this.#broker.answers.shift() ?? Outcome.ok);
  }

  deliver(message: Held): void {
    message.deliveries++;
    const handle = ++this.#handles;
    if (this.acknowledges) this.#held.set(handle, message);
    const { body, id, deliveries } = message;
    const told: DeliveredMessage = {
      body,
      bytes: 1,
      id,
      sequence: id,
      redelivered: deliveries > 1,
      deliveries,
      group: -1,
      persistent: true,
      enqueuedUs: 0,
    };
    this.#end?.delivered(handle, told);
    if (!this.acknowledges) this.#broker.requests.release(body);
  }

  acknowledge(handle: number): void {
    const held = this.#held.get(handle) as Held;
    this.#broker.note(`ack ${held.body}`);
    this.#held.delete(handle);
    this.#broker.requests.release(held.body);
    this.#broker.dispatch();
  }

  refuse(handle: number): void {
    const held = this.#held.get(handle) as Held;
    this.#broker.note(`refuse ${held.body}`);
    this.#held.delete(handle);
    this.#broker.ready.unshift(held);
    this.#broker.dispatch();
  }

  cut(): void {
    this.#broker.note('cut');
    this.#leave();
  }

  /** The broker drops it. */
  lose(): void {
    const end = this.#end;
    this.#leave();
    end?.closed();
  }

  #leave(): void {
    const { ends, ready } = this.#broker;
    ends.splice(ends.indexOf(this), 1);
    this.#end = null;
    ready.unshift(...this.#held.values());
    this.#held.clear();
    this.#broker.dispatch();
  }
}

/** Connections with a round trip of 10 ms that try again after 100 ms, 200 ms, 400 ms at most. */
function portsOf(broker: FakeBroker, options: FakeOptions, state = new EndpointState()): ConnectionPorts {
  const { sim, requests } = broker;
  return {
    requests,
    driver: new FakeDriver(broker, options),
    state,
    latency: compileVariate({ kind: 'constant', value: 10_000 }),
    delays: sim.keyedStream('way'),
    losses: sim.keyedStream('lost'),
    reconnect: { initialDelayUs: 100_000, maxDelayUs: 400_000, factor: 2 },
  };
}

export function connectionsTo(
  broker: FakeBroker,
  options: FakeOptions,
  state = new EndpointState(),
): (at: number, owner: ConnectionOwner) => BrokerConnection {
  return (at, owner) => new BrokerConnection(broker.sim, at, portsOf(broker, options, state), owner);
}
