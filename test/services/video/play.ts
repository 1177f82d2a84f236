/** Games with a video stream, and what must hold whatever is done: a plain list of what was sent and acknowledged says what there must be. */
import fc from 'fast-check';
import type { VideoStream } from '../../../src/services/video/index.ts';
import { Bench, HOUR, MB, MINUTE, SECOND, type Watcher } from './harness.ts';

type Step =
  | { readonly do: 'send'; readonly bytes: number; readonly durationUs: number }
  | { readonly do: 'wait'; readonly us: number }
  | { readonly do: 'close' }
  | { readonly do: 'watch'; readonly from: 'NOW' | 'EARLIEST' }
  | { readonly do: 'leave'; readonly which: number }
  | { readonly do: 'retention'; readonly hours: number }
  | { readonly do: 'list' };

export interface VideoGame {
  readonly retentionHours: number;
  readonly steps: readonly Step[];
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      bytes: fc.constantFrom(MB, MB, 25 * MB, 50 * MB, 51 * MB),
      durationUs: fc.constantFrom(SECOND, 2 * SECOND, 20 * SECOND, 21 * SECOND),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      us: fc.constantFrom(100_000, SECOND, 10 * SECOND, 46 * MINUTE, HOUR, 2 * HOUR),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('watch' as const),
      from: fc.constantFrom('NOW' as const, 'EARLIEST' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retention' as const), hours: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'list' as const }) },
);
export const videoGames: fc.Arbitrary<VideoGame> = fc.record({
  retentionHours: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

function must(holds: boolean, property: string): void {
  if (!holds) throw new Error(property);
}

interface Session {
  readonly connection: number;
  readonly watcher: Watcher;
  readonly openedUs: number;
  readonly from: 'NOW' | 'EARLIEST';
  open: boolean;
}

export function playVideo(game: VideoGame, Type?: typeof VideoStream): void {
  new Player(game, Type).play();
}

class Player {
  readonly bench: Bench;
  readonly game: VideoGame;
  readonly sessions: Session[] = [];
  /** Nothing that came before has been there since. */
  horizonUs = 0;
  hours: number;

  constructor(game: VideoGame, Type?: typeof VideoStream) {
    this.game = game;
    this.hours = game.retentionHours;
    this.bench = new Bench({ dataRetentionHours: game.retentionHours }, Type);
  }

  play(): void {
    for (const one of this.game.steps) {
      this.step(one);
      this.age();
    }
    this.bench.after(30 * SECOND);
    this.age();
    this.list();
    this.checkAcks();
    for (const session of this.sessions) this.checkSession(session);
  }

  age(): void {
    this.horizonUs = Math.max(this.horizonUs, this.bench.sim.now - this.hours * HOUR);
  }

  step(one: Step): void {
    const { bench } = this;
    if (one.do === 'wait') bench.after(one.us);
    else if (one.do === 'close') bench.stream.closePutMedia(bench.connection);
    else if (one.do === 'list') this.list();
    else if (one.do === 'send') {
      // A camera that always tries to be connected; a second connection is refused.
      bench.connect();
      bench.send({ bytes: one.bytes, durationUs: one.durationUs });
    } else if (one.do === 'watch') this.watch(one.from);
    else if (one.do === 'leave') this.leave(one.which);
    else {
      const change = one.hours - this.hours;
      const operation = change > 0 ? 'INCREASE_DATA_RETENTION' : 'DECREASE_DATA_RETENTION';
      if (change !== 0) must(bench.stream.UpdateDataRetention(operation, Math.abs(change)) === null, 'retention');
      this.hours = one.hours;
    }
  }

  watch(from: 'NOW' | 'EARLIEST'): void {
    const watcher = this.bench.watcher();
    const open = this.sessions.filter((session) => session.open).length;
    const { error, connection } = this.bench.stream.GetMedia({ Type: from }, watcher, 0);
    if (error?.code === 'ClientLimitExceededException') return;
    must((error !== null) === open >= 3, `sessions: ${open} are open, and another was ${error?.code ?? 'let in'}`);
    if (error === null) this.sessions.push({ connection, watcher, openedUs: this.bench.sim.now, from, open: true });
  }
  leave(which: number): void {
    const open = this.sessions.filter((session) => session.open);
    const session = open[which % Math.max(1, open.length)];
    if (session === undefined) return;
    session.open = false;
    this.bench.stream.closeGetMedia(session.connection);
  }

  /** When each fragment was received. */
  received(): Map<number, number> {
    const { heard } = this.bench;
    return new Map(
      heard
        .filter(({ EventType }) => EventType === 'RECEIVED')
        .map(({ FragmentNumber, atUs }) => [FragmentNumber, atUs]),
    );
  }

  list(): void {
    const { now } = this.bench.sim;
    const { persistUs, listDelayUs } = this.bench.stream.settings;
    const expected = [...this.received()]
      .filter(([, us]) => us > this.horizonUs && us > now - this.hours * HOUR)
      .filter(([, us]) => us + persistUs + listDelayUs <= now)
      .map(([number]) => number);
    const { error, Fragments } = this.bench.stream.ListFragments({ MaxResults: 1000 });
    must(error === null, `list: ${error?.code}`);
    const found = Fragments.map(({ FragmentNumber }) => FragmentNumber);
    must(found.join() === expected.join(), `list: ${found.join()}, but ${expected.join()} are kept`);
  }

  checkAcks(): void {
    const order = ['BUFFERING', 'RECEIVED', 'PERSISTED'];
    const last = new Map<number, number>();
    let newest = 0;
    let errorUs = -1;
    let receivedUs = Number.NEGATIVE_INFINITY;
    for (const { EventType, FragmentNumber, atUs } of this.bench.heard) {
      if (EventType === 'ERROR') errorUs = atUs;
      else {
        must(
          order[last.get(FragmentNumber) ?? 0] === EventType,
          `acks: ${EventType} of ${FragmentNumber} is out of turn`,
        );
        last.set(FragmentNumber, (last.get(FragmentNumber) ?? 0) + 1);
      }
      if (EventType === 'BUFFERING') {
        must(FragmentNumber > newest, `acks: number ${FragmentNumber} after ${newest}`);
        newest = FragmentNumber;
      }
      if (EventType === 'RECEIVED') {
        must(atUs - receivedUs >= MB / 12.5, `rate: a fragment ${atUs - receivedUs} µs after another`);
        receivedUs = atUs;
      }
    }
    must(errorUs <= this.bench.sim.now, 'errors');
  }

  /** In order, each once, at the rate; and all that was there while it was open, but for what it has not come to. */
  checkSession({ watcher, openedUs, from, open }: Session): void {
    const received = this.received();
    let lastNumber = 0;
    let lastUs = Number.NEGATIVE_INFINITY;
    for (const { FragmentNumber, ServerTimestampUs, atUs, bytes } of watcher.seen) {
      must(FragmentNumber > lastNumber, `order: ${FragmentNumber} after ${lastNumber}`);
      const skipped = [...received].filter(
        ([number, us]) => number > lastNumber && number < FragmentNumber && us >= openedUs,
      );
      must(skipped.length === 0, `order: ${skipped.map(([number]) => number).join()} passed over`);
      must(received.get(FragmentNumber) === ServerTimestampUs, `what is seen: ${FragmentNumber} was never received`);
      must(from === 'EARLIEST' || ServerTimestampUs >= openedUs, `now: ${FragmentNumber} was there before`);
      must(atUs >= Math.max(ServerTimestampUs, lastUs) + bytes / 25, `speed: ${FragmentNumber} came too early`);
      [lastNumber, lastUs] = [FragmentNumber, atUs];
    }
    const newest = Math.max(0, ...[...received].filter(([, us]) => us >= openedUs).map(([number]) => number));
    must(!open || lastNumber >= newest, `order: ${newest} was never seen`);
  }
}
