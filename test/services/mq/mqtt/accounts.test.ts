/** What the observer and whoever holds bodies are told: each copy ends once, each body is given back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerObserver } from '../../../../src/services/mq/index.ts';
import type { Qos } from '../../../../src/services/mq/mqtt/index.ts';
import { Stage, type TestClient } from './stage.ts';

class Ledger implements BrokerObserver {
  readonly lines: string[] = [];
  readonly wrong: string[] = [];
  /** Copies that are there, by session and message (live, and once more as what is retained), and those of them that have ended. */
  readonly copies = new Map<string, { there: number; ended: number }>();
  readonly held = new Map<number, number>();

  onEnqueued(queue: number, _body: number, id: number): void {
    const copies = this.copies.get(`${queue} ${id}`) ?? { there: 0, ended: 0 };
    copies.there++;
    this.copies.set(`${queue} ${id}`, copies);
  }
  onDelivered(queue: number, _body: number, id: number, deliveries: number): void {
    if (this.copies.get(`${queue} ${id}`)?.ended !== 0) this.wrong.push(`${queue} ${id} delivered, and not there`);
    this.lines.push(`${id} delivered ${deliveries}`);
  }
  onAcknowledged(queue: number, _body: number, id: number): void {
    this.#end(queue, id);
    this.lines.push(`${id} acknowledged`);
  }
  onRequeued(): void {}
  onDeadLettered(): void {}
  onDropped(queue: number, _body: number, id: number, reason: string): void {
    if (reason !== 'unroutable' && reason !== 'offline' && reason !== 'maxlen') this.#end(queue, id);
    this.lines.push(`${id} ${reason}`);
  }
  onGone(queue: number, _body: number, id: number): void {
    const copies = this.copies.get(`${queue} ${id}`);
    if (copies?.ended !== 1) this.wrong.push(`${queue} ${id} gone, and not ended`);
    if (copies === undefined) return;
    copies.ended--;
    if (--copies.there === 0) this.copies.delete(`${queue} ${id}`);
  }

  #end(queue: number, id: number): void {
    const copies = this.copies.get(`${queue} ${id}`);
    if (copies === undefined) this.wrong.push(`${queue} ${id} ended, and not there`);
    else copies.ended++;
  }

  retain(body: number): void {
    this.held.set(body, (this.held.get(body) ?? 0) + 1);
  }
  release(body: number): void {
    const left = (this.held.get(body) ?? 0) - 1;
    if (left < 0) this.wrong.push(`${body} released too often`);
    if (left === 0) this.held.delete(body);
    else this.held.set(body, left);
  }
}

function stageOf(ledger: Ledger, settings = {}): Stage {
  return new Stage(settings, () => ({ observer: ledger, holds: ledger }));
}

describe('what becomes of messages', () => {
  it('is told: deliveries counted, why one was dropped', () => {
    const ledger = new Ledger();
    const stage = stageOf(ledger, { maxQueued: 1 });
    const client = stage.subscriber('s', 't', 2, { clean: false, answers: false });
    const publisher = stage.connect('p');
    const session = stage.broker.sessionOf('s');
    expect([stage.broker.clientIdOf(session), stage.broker.sessionOf('x'), stage.broker.clientIdOf(9)]).toEqual([
      's',
      -1,
      '',
    ]);
    publisher.publish('nobody', 0, 0);
    publisher.publish('t', 1, 0);
    publisher.publish('t', 2, 1);
    client.connection.cut();
    for (const [body, qos] of [
      [3, 0],
      [4, 1],
      [5, 1],
    ] as const)
      publisher.publish('t', body, qos);
    stage.connect('s', { clean: false }).connection.cut();
    stage.connect('s');
    expect(ledger.lines).toEqual([
      '0 unroutable',
      '1 delivered 1',
      '1 acknowledged',
      '2 delivered 1',
      '3 offline',
      '5 maxlen',
      '2 delivered 2',
      '4 delivered 1',
      '2 acknowledged',
      '4 acknowledged',
    ]);
    expect([ledger.wrong, ledger.copies.size, ledger.held.size, stage.broker.counts.messages]).toEqual([[], 0, 0, 0]);
  });

  it('adds up: whatever clients do, each copy ends once and each body is given back', () => {
    const client = fc.nat(2);
    const id = fc.integer({ min: 1, max: 4 });
    const steps = fc.array(
      fc.oneof(
        fc.record({
          do: fc.constant('publish' as const),
          client,
          qos: fc.constantFrom<Qos>(0, 1, 2),
          id,
          retain: fc.boolean(),
          bytes: fc.nat(1),
        }),
        fc.record({
          do: fc.constant('answer' as const),
          with: fc.constantFrom('PUBACK' as const, 'PUBREC' as const, 'PUBREL' as const, 'PUBCOMP' as const),
          client,
          id,
        }),
        fc.record({ do: fc.constantFrom('cut' as const, 'leave' as const), client, clean: fc.boolean() }),
        fc.record({ do: fc.constant('kill' as const) }),
      ),
      { maxLength: 40, size: 'max' },
    );
    const settings = fc.record({
      storage: fc.constantFrom('none' as const, 'disk' as const),
      offlineQos0: fc.constantFrom('kept' as const, 'dropped' as const),
      receivedIds: fc.constantFrom('session' as const, 'connection' as const),
      qos2Forward: fc.constantFrom('onPublish' as const, 'onRelease' as const),
      maxInflight: fc.integer({ min: 1, max: 3 }),
      maxQueued: fc.nat(3),
    });
    fc.assert(
      fc.property(settings, steps, (given, all) => {
        const ledger = new Ledger();
        const stage = stageOf(ledger, given);
        const connect = (i: number, clean: boolean): TestClient => {
          const one = stage.connect(`c${i}`, { clean, answers: false });
          one.subscribe('t', 2);
          return one;
        };
        const clients = [0, 1, 2].map((i) => connect(i, i === 0));
        for (const step of all) {
          if (step.do === 'kill') {
            stage.broker.kill();
            stage.broker.restart();
            for (const i of clients.keys()) clients[i] = connect(i, i === 0);
            continue;
          }
          const one = clients[step.client] as TestClient;
          if (step.do === 'publish') {
            const { qos, retain, bytes, id: given } = step;
            one.publish('t', qos, qos, { retain, bytes, packetId: qos === 0 ? 0 : given });
          } else if (step.do === 'answer') one.connection[step.with](step.id);
          else {
            if (step.do === 'cut') one.connection.cut();
            else one.connection.DISCONNECT();
            clients[step.client] = connect(step.client, step.clean);
          }
        }
        for (const i of clients.keys()) stage.connect(`c${i}`).connection.DISCONNECT();
        stage.connect('p').publish('t', 1, 0, { retain: true, bytes: 0 });
        expect([ledger.wrong, ledger.copies.size, ledger.held.size, stage.broker.counts.messages]).toEqual([
          [],
          0,
          0,
          0,
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
