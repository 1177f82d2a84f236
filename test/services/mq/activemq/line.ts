/** A line between a JMS session and a broker that takes time both ways, in order, and can be cut: what is under way then is lost. */
import type { Simulation } from '../../../../src/kernel/index.ts';
import type {
  ConsumerInfo,
  DeliveredMessage,
  MessageAck,
  MessageInput,
  OpenWireConnection,
  OpenWireError,
  OpenWireOperations,
  OpenWireOwner,
} from '../../../../src/services/mq/openwire/operations.ts';

export class Line implements OpenWireConnection, OpenWireOwner {
  readonly #sim: Simulation;
  readonly #client: OpenWireOwner;
  readonly #us: number;
  #broker: OpenWireConnection | null = null;
  #isCut = false;

  /** Null: nobody is there. */
  static to(sim: Simulation, broker: OpenWireOperations, client: OpenWireOwner, us: number, endpoint = 0): Line | null {
    const line = new Line(sim, client, us);
    line.#broker = broker.connect(line, endpoint);
    return line.#broker === null ? null : line;
  }

  private constructor(sim: Simulation, client: OpenWireOwner, us: number) {
    this.#sim = sim;
    this.#client = client;
    this.#us = us;
  }

  #later(run: () => void): void {
    const arrive = (): void => {
      if (!this.#isCut) run();
    };
    if (this.#us === 0) arrive();
    else this.#sim.schedule(this.#us, arrive, 0);
  }

  /** Both ends are told at once. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#broker?.cut();
    this.#client.onClosed(-1, 'cut');
  }

  addConnectionInfo(command: number, clientId: string | null): void {
    this.#later(() => this.#broker?.addConnectionInfo(command, clientId));
  }
  send(command: number, destination: string, message: MessageInput, transaction: number): void {
    const copy = { ...message };
    this.#later(() => this.#broker?.send(command, destination, copy, transaction));
  }
  addConsumer(command: number, consumer: number, info: ConsumerInfo): void {
    this.#later(() => this.#broker?.addConsumer(command, consumer, info));
  }
  removeConsumer(command: number, consumer: number, lastDelivered: number): void {
    this.#later(() => this.#broker?.removeConsumer(command, consumer, lastDelivered));
  }
  removeSubscription(command: number, name: string): void {
    this.#later(() => this.#broker?.removeSubscription(command, name));
  }
  acknowledge(command: number, ack: Readonly<MessageAck>): void {
    const copy = { ...ack };
    this.#later(() => this.#broker?.acknowledge(command, copy));
  }
  pull(consumer: number, timeoutMs: number): void {
    this.#later(() => this.#broker?.pull(consumer, timeoutMs));
  }
  begin(command: number, transaction: number): void {
    this.#later(() => this.#broker?.begin(command, transaction));
  }
  commit(command: number, transaction: number): void {
    this.#later(() => this.#broker?.commit(command, transaction));
  }
  rollback(command: number, transaction: number): void {
    this.#later(() => this.#broker?.rollback(command, transaction));
  }
  close(): void {
    this.#later(() => {
      this.#broker?.close();
      this.#isCut = true;
    });
  }

  onDispatch(consumer: number, message: DeliveredMessage): void {
    const copy = { ...message };
    this.#later(() => this.#client.onDispatch(consumer, copy));
  }
  onPullTimeout(consumer: number): void {
    this.#later(() => this.#client.onPullTimeout(consumer));
  }
  onResponse(command: number, error: OpenWireError | null): void {
    this.#later(() => this.#client.onResponse(command, error));
  }
  onClosed(code: number, text: string): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#client.onClosed(code, text);
  }
  onBlocked(reason: string): void {
    this.#client.onBlocked(reason);
  }
  onUnblocked(): void {
    this.#client.onUnblocked();
  }
}
