import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FragmentInput, StartSelector, VideoStream } from '../../../src/services/video/index.ts';
import { mutant, type Mutation } from '../../support/mutant.ts';
import { Bench, HOUR, MB, MINUTE, SECOND } from './harness.ts';
import { playVideo, videoGames } from './play.ts';

const SEED = 20261126;

test('whatever is done, fragments are in order, kept as long as they must be, and no more watch than may [video.retention] [video.fragment-number] [video.getmedia]', () => {
  fc.assert(
    fc.property(videoGames, (game) => playVideo(game)),
    { seed: SEED, numRuns: 300 },
  );
});

describe('PutMedia', () => {
  test('acknowledges a fragment when it begins, when it has come at 12.5 MB/s, and when it is kept [video.acks] [video.putmedia]', () => {
    const bench = new Bench();
    bench.connect();
    bench.send({ bytes: 25 * MB });
    bench.send({ bytes: 12.5 * MB });
    bench.after(MINUTE);
    expect(
      bench.heard.map(({ EventType, FragmentNumber, atUs }) => [EventType, FragmentNumber, atUs / SECOND]),
    ).toEqual([
      ['BUFFERING', 1, 0],
      ['BUFFERING', 2, 2],
      ['RECEIVED', 1, 2],
      ['PERSISTED', 1, 2.5],
      ['RECEIVED', 2, 3],
      ['PERSISTED', 2, 3.5],
    ]);
  });

  test('keeps nothing where the retention is 0, the default, and does not say it did [video.retention]', () => {
    const bench = new Bench({ dataRetentionHours: 0 });
    bench.connect();
    bench.send();
    bench.after(MINUTE);
    expect(bench.told()).toEqual(['BUFFERING 1', 'RECEIVED 1']);
    expect(bench.stream.ListFragments().error?.code).toBe('NoDataRetentionException');
    const live = bench.watcher();
    bench.stream.GetMedia({ Type: 'EARLIEST' }, live, 0);
    bench.after(5 * MINUTE);
    expect(live.numbers).toEqual([1]);
    const late = bench.watcher();
    bench.stream.GetMedia({ Type: 'EARLIEST' }, late, 0);
    bench.after(SECOND);
    expect(late.numbers).toEqual([]);
  });

  test('reads five fragments a second at most [video.putmedia]', () => {
    const bench = new Bench();
    bench.connect();
    for (let i = 0; i < 10; i++) bench.send({ bytes: 1000, durationUs: SECOND });
    bench.after(SECOND);
    expect(bench.heard.filter(({ EventType }) => EventType === 'BUFFERING')).toHaveLength(6);
  });

  test('has one connection: the newest is refused; and five calls a second [video.putmedia] [video.errors]', () => {
    const bench = new Bench();
    expect(bench.connect()).toBe(null);
    expect(bench.connect()).toBe('ConnectionLimitExceededException');
    bench.stream.closePutMedia(bench.connection);
    expect([bench.connect(), bench.connect(), bench.connect()]).toEqual([
      null,
      'ConnectionLimitExceededException',
      'ConnectionLimitExceededException',
    ]);
    expect(bench.connect()).toBe('ClientLimitExceededException');
  });

  test('ends a connection after 45 minutes [video.connection-life] [video.ack-errors]', () => {
    const bench = new Bench();
    bench.connect(3);
    bench.after(45 * MINUTE - 1);
    expect(bench.heard).toEqual([]);
    bench.after(1);
    expect(bench.heard).toMatchObject([{ EventType: 'ERROR', ErrorId: 4003, tag: 3 }]);
    expect(bench.connect()).toBe(null);
  });

  test.each<[Partial<FragmentInput>, number, string]>([
    [{ bytes: 50 * MB + 1 }, 4001, 'MAX_FRAGMENT_SIZE_REACHED'],
    [{ durationUs: 20 * SECOND + 1 }, 4002, 'MAX_FRAGMENT_DURATION_REACHED'],
    [{ durationUs: SECOND - 1 }, -1, 'MIN_FRAGMENT_DURATION_REACHED'],
    [{ timecodeUs: 0 }, 4004, 'FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS'],
    [{ tracks: 4 }, 4005, 'MORE_THAN_ALLOWED_TRACKS_FOUND'],
    [{ tags: 11 }, 4009, 'FRAGMENT_METADATA_LIMIT_REACHED'],
  ])(
    'answers a fragment of %j with %d %s [video.fragment] [video.fragment-metadata] [video.ack-errors]',
    (bad, id, code) => {
      const bench = new Bench();
      bench.connect();
      bench.send({ bytes: 50 * MB, durationUs: 20 * SECOND, tracks: 3, tags: 10 });
      bench.after(10 * SECOND);
      bench.send(bad);
      bench.send();
      bench.after(MINUTE);
      expect(bench.told()).toEqual(['BUFFERING 1', 'RECEIVED 1', 'PERSISTED 1', 'ERROR 2']);
      expect(bench.heard.at(-1)).toMatchObject({ ErrorId: id, ErrorCode: code });
      expect(bench.metrics.total('PutMedia.ErrorAckCount')).toBe(1);
    },
  );

  test('loses what was not received when the connection is lost, and keeps the rest', () => {
    const bench = new Bench();
    bench.connect();
    bench.send({ bytes: MB });
    bench.send({ bytes: 50 * MB });
    bench.after(200_000);
    bench.stream.closePutMedia(bench.connection);
    bench.after(10 * SECOND);
    expect(bench.told()).toEqual(['BUFFERING 1', 'RECEIVED 1', 'BUFFERING 2']);
    expect(bench.stream.ListFragments().Fragments.map(({ FragmentNumber }) => FragmentNumber)).toEqual([1]);
  });

  test('reads on a new connection at once, whatever the one before had begun', () => {
    const bench = new Bench();
    bench.connect();
    bench.send({ bytes: 50 * MB });
    bench.after(SECOND);
    bench.stream.closePutMedia(bench.connection);
    bench.connect();
    bench.send();
    bench.after(0);
    expect(bench.heard.at(-1)).toMatchObject({ EventType: 'BUFFERING', FragmentNumber: 2, atUs: SECOND });
  });

  test('has received a fragment when the camera has sent it', () => {
    const bench = new Bench();
    bench.connect();
    bench.send({ bytes: MB, sendUs: 2 * SECOND });
    bench.after(2 * SECOND - 1);
    expect(bench.told()).toEqual(['BUFFERING 1']);
    bench.after(1);
    expect(bench.told()).toEqual(['BUFFERING 1', 'RECEIVED 1']);
  });
});

/** A bench with so many fragments of 1 MB, two seconds apart. */
function filled(fragments: number, changes = {}): Bench {
  const bench = new Bench(changes);
  for (let i = 0; i < fragments; i++) {
    if (i % 1000 === 0) {
      bench.stream.closePutMedia(bench.connection);
      bench.connect();
    }
    bench.send();
    bench.after(2 * SECOND);
  }
  bench.after(2 * SECOND);
  return bench;
}

describe('GetMedia', () => {
  test.each<[StartSelector, number[]]>([
    [{ Type: 'EARLIEST' }, [1, 2, 3, 4, 5]],
    [{ Type: 'NOW' }, []],
    [{ Type: 'FRAGMENT_NUMBER', AfterFragmentNumber: 2 }, [3, 4, 5]],
    [{ Type: 'CONTINUATION_TOKEN', AfterFragmentNumber: 4 }, [5]],
    [{ Type: 'PRODUCER_TIMESTAMP', StartTimestampUs: 6 * SECOND }, [4, 5]],
    [{ Type: 'SERVER_TIMESTAMP', StartTimestampUs: 2 * SECOND + 80_001 }, [3, 4, 5]],
  ])('begins at %j [video.getmedia]', (selector, expected) => {
    const bench = filled(5);
    const watcher = bench.watcher();
    bench.stream.GetMedia(selector, watcher, 0);
    bench.after(5 * SECOND);
    expect(watcher.numbers).toEqual(expected);
    bench.send();
    bench.after(SECOND);
    expect(watcher.numbers).toEqual([...expected, 6]);
  });

  test('gives five fragments a second, and 25 MB/s [video.getmedia]', () => {
    const bench = filled(12);
    const watcher = bench.watcher();
    bench.stream.GetMedia({ Type: 'EARLIEST' }, watcher, 0);
    bench.after(SECOND);
    expect(watcher.numbers).toHaveLength(5);
    const large = new Bench();
    large.connect();
    for (let i = 0; i < 3; i++) large.send({ bytes: 50 * MB });
    large.after(MINUTE);
    const other = large.watcher();
    large.stream.GetMedia({ Type: 'EARLIEST' }, other, 0);
    large.after(4 * SECOND);
    expect(other.numbers).toEqual([1, 2]);
  });

  test('has three connections, and five calls a second [video.getmedia] [video.errors]', () => {
    const bench = filled(1);
    const open = () => bench.stream.GetMedia({ Type: 'NOW' }, bench.watcher(), 0).error?.code ?? null;
    expect([open(), open(), open(), open(), open(), open()]).toEqual([
      null,
      null,
      null,
      'ConnectionLimitExceededException',
      'ConnectionLimitExceededException',
      'ClientLimitExceededException',
    ]);
  });
});

describe('GetMediaForFragmentList', () => {
  test('gives the fragments of a list in its order, a thousand at most, over five connections [video.getmediaforfragmentlist]', () => {
    const bench = filled(3);
    const watcher = bench.watcher();
    const open = (list: number[]) => bench.stream.GetMediaForFragmentList(list, watcher, 0).error?.code ?? null;
    expect(open(new Array(1001).fill(1))).toBe('InvalidArgumentException');
    expect(open([])).toBe('InvalidArgumentException');
    expect(open([4])).toBe('ResourceNotFoundException');
    expect(open([3, 1])).toBe(null);
    bench.after(79_999);
    expect([watcher.numbers, watcher.ended]).toEqual([[3], 0]);
    bench.after(1);
    expect([watcher.numbers, watcher.ended]).toEqual([[3, 1], 1]);
    for (let i = 0; i < 5; i++) expect(open([1, 2])).toBe(null);
    expect(open([1])).toBe('ConnectionLimitExceededException');
  });

  test('waits longer for the first byte in the warm tier [video.storage-tier]', () => {
    const first = (tier: 'HOT' | 'WARM'): number => {
      const bench = filled(1, { storageTier: tier });
      const watcher = bench.watcher();
      const startUs = bench.sim.now;
      bench.stream.GetMediaForFragmentList([1], watcher, 0);
      bench.after(SECOND);
      return (watcher.seen[0]?.atUs ?? 0) - startUs;
    };
    expect([first('HOT'), first('WARM')]).toEqual([40_000, 90_000]);
    expect(new Bench().stream.settings.storageTier).toBe('HOT');
  });
});

describe('the archive', () => {
  test('lists what is kept, a page at a time, and a little after it was kept [video.listfragments]', () => {
    const bench = filled(5);
    const page = bench.stream.ListFragments({ MaxResults: 3 });
    expect(page.Fragments.map(({ FragmentNumber }) => FragmentNumber)).toEqual([1, 2, 3]);
    const rest = bench.stream.ListFragments({ MaxResults: 3, NextToken: page.NextToken });
    expect([rest.Fragments.map(({ FragmentNumber }) => FragmentNumber), rest.NextToken]).toEqual([[4, 5], -1]);
    expect(bench.stream.ListFragments({ MaxResults: 1001 }).error?.code).toBe('InvalidArgumentException');
    bench.send();
    bench.after(80_000 + 999_999);
    expect(bench.stream.ListFragments().Fragments).toHaveLength(5);
    bench.after(1);
    expect(bench.stream.ListFragments().Fragments).toHaveLength(6);
  });

  test('gives 10,000 points of metadata a second and 500 of media, whoever asks [video.shared-archive-quotas]', () => {
    const bench = filled(2);
    for (let i = 0; i < 9; i++) expect(bench.stream.ListFragments({ MaxResults: 1000 }).error).toBe(null);
    expect(bench.stream.GetImages(100, 200)).toBe(null);
    expect(bench.stream.GetImages(100, 200)).toBe(null);
    expect(bench.stream.GetImages(1, 200)?.code).toBe('ClientLimitExceededException');
    expect(bench.stream.ListFragments({ MaxResults: 1 }).error?.code).toBe('ClientLimitExceededException');
    bench.after(10_000);
    expect(bench.stream.ListFragments({ MaxResults: 100 }).error).toBe(null);
    const small = new Bench();
    small.connect();
    small.send({ bytes: 100 });
    small.after(5 * SECOND);
    const all = small.watcher();
    expect(small.stream.GetMediaForFragmentList(new Array(1000).fill(1), all, 0).error).toBe(null);
    small.after(500_000);
    expect(all.numbers.length).toBeGreaterThan(740);
    expect(all.numbers.length).toBeLessThan(760);
    expect(small.stream.GetMediaForFragmentList([1], all, 0).error?.code).toBe('ClientLimitExceededException');
  });

  test('cuts clips of 200 fragments and 100 MB at most [video.getclip]', () => {
    const bench = filled(201);
    const upTo = (fragments: number) =>
      bench.stream.GetClip({
        Type: 'PRODUCER_TIMESTAMP',
        StartTimestampUs: 0,
        EndTimestampUs: (fragments - 1) * 2 * SECOND,
      });
    expect(upTo(100)).toEqual({ error: null, bytes: 100 * MB });
    expect(upTo(101).error?.code).toBe('InvalidArgumentException');
    const small = new Bench();
    small.connect();
    for (let i = 0; i < 201; i++) small.send({ bytes: 1000, durationUs: SECOND });
    small.after(5 * MINUTE);
    const selector = { Type: 'SERVER_TIMESTAMP', StartTimestampUs: 0, EndTimestampUs: HOUR } as const;
    expect(small.stream.GetClip(selector).error?.code).toBe('InvalidArgumentException');
    expect(bench.stream.GetClip({ ...selector, StartTimestampUs: HOUR }).error?.code).toBe('ResourceNotFoundException');
  });

  test('makes 100 images a call, 200 ms apart or more [video.getimages]', () => {
    const bench = filled(1);
    expect(bench.stream.GetImages(100, 200)).toBe(null);
    expect(bench.stream.GetImages(101, 200)?.code).toBe('InvalidArgumentException');
    expect(bench.stream.GetImages(1, 199)?.code).toBe('InvalidArgumentException');
  });
});

describe('playback', () => {
  test('needs a session of five minutes to twelve hours, with 5,000 fragments at most, of a stream that keeps [video.hls-dash]', () => {
    const bench = filled(8);
    const open = (input: Parameters<VideoStream['GetStreamingSessionURL']>[1]) =>
      bench.stream.GetStreamingSessionURL('HLS', input).error?.code ?? null;
    expect(open({ Expires: 300 })).toBe(null);
    expect(open({ Expires: 43_200 })).toBe(null);
    expect(open({ Expires: 299 })).toBe('InvalidArgumentException');
    expect(open({ Expires: 43_201 })).toBe('InvalidArgumentException');
    expect(open({ MaxFragments: 5000 })).toBe(null);
    expect(open({ MaxFragments: 5001 })).toBe('InvalidArgumentException');
    expect(open({ PlaybackMode: 'ON_DEMAND' })).toBe('InvalidArgumentException');
    const none = new Bench({ dataRetentionHours: 0 });
    expect(none.stream.GetStreamingSessionURL('DASH').error?.code).toBe('NoDataRetentionException');
  });

  test('has the last fragments live, all of a time on demand; and a session ends [video.hls-dash]', () => {
    const bench = filled(8);
    const { session } = bench.stream.GetStreamingSessionURL('HLS');
    const numbers = (id: number) => bench.stream.GetPlaylist(id).Fragments.map(({ FragmentNumber }) => FragmentNumber);
    expect(numbers(session)).toEqual([4, 5, 6, 7, 8]);
    const FragmentSelector = { Type: 'PRODUCER_TIMESTAMP', StartTimestampUs: 0, EndTimestampUs: 5 * SECOND } as const;
    const demand = bench.stream.GetStreamingSessionURL('DASH', { PlaybackMode: 'ON_DEMAND', FragmentSelector });
    expect(numbers(demand.session)).toEqual([1, 2, 3]);
    expect(bench.stream.GetMediaFragment(session, 8).fragment?.bytes).toBe(MB);
    expect(bench.stream.GetMediaFragment(session, 9).error?.httpStatus).toBe(404);
    bench.after(300 * SECOND);
    expect(bench.stream.GetPlaylist(session).error).toMatchObject({ code: 'NotAuthorizedException', httpStatus: 401 });
    expect(bench.stream.GetInitFragment(session)?.code).toBe('NotAuthorizedException');
  });

  test('has 25 sessions a second, and of each five playlists and 20 fragments [video.hls-dash-rates]', () => {
    const bench = filled(2);
    const count = (call: () => { code: string } | null): number => {
      for (let taken = 0; ; taken++) if (call()?.code === 'ClientLimitExceededException') return taken;
    };
    const { session } = bench.stream.GetStreamingSessionURL('HLS');
    expect(count(() => bench.stream.GetStreamingSessionURL('HLS').error)).toBe(24);
    expect(count(() => bench.stream.GetPlaylist(session).error)).toBe(5);
    expect(count(() => bench.stream.GetInitFragment(session))).toBe(5);
    expect(count(() => bench.stream.GetMediaFragment(session, 1).error)).toBe(20);
    bench.after(SECOND);
    expect(count(() => bench.stream.GetMediaFragment(session, 1).error)).toBe(20);
  });
});

describe('retention', () => {
  test('is 0 to ten years; a shorter one deletes at once, and a longer one brings nothing back [video.retention]', () => {
    const bench = filled(2, { dataRetentionHours: 2 });
    bench.after(90 * MINUTE);
    const kept = () => bench.stream.ListFragments().Fragments.length;
    expect(kept()).toBe(2);
    expect(bench.stream.UpdateDataRetention('DECREASE_DATA_RETENTION', 1)).toBe(null);
    expect(kept()).toBe(0);
    expect(bench.stream.UpdateDataRetention('INCREASE_DATA_RETENTION', 10)).toBe(null);
    expect(kept()).toBe(0);
    expect(bench.stream.UpdateDataRetention('INCREASE_DATA_RETENTION', 87_600)?.code).toBe('InvalidArgumentException');
    expect(bench.stream.UpdateDataRetention('DECREASE_DATA_RETENTION', 12)?.code).toBe('InvalidArgumentException');
    expect(bench.stream.UpdateDataRetention('INCREASE_DATA_RETENTION', 0)?.code).toBe('InvalidArgumentException');
    expect(() => new Bench({ dataRetentionHours: 87_601 })).toThrow(/retention of 87601 h: expected 0 to 87600/);
  });

  test('of 0 deletes what was kept, and a later one does not bring it back [video.retention]', () => {
    const bench = filled(2, { dataRetentionHours: 2 });
    bench.stream.UpdateDataRetention('DECREASE_DATA_RETENTION', 2);
    bench.stream.UpdateDataRetention('INCREASE_DATA_RETENTION', 2);
    expect(bench.stream.ListFragments().Fragments).toEqual([]);
    const watcher = bench.watcher();
    expect(bench.stream.GetMediaForFragmentList([1], watcher, 0).error?.code).toBe('ResourceNotFoundException');
  });

  test('a buffer of five minutes has the last of many fragments', () => {
    const bench = new Bench({ dataRetentionHours: 0 });
    bench.connect();
    // As many as it takes until room is made for others.
    for (let i = 0; i < 1325; i++) {
      bench.send({ bytes: 1250, durationUs: SECOND });
      bench.after(SECOND);
    }
    const watcher = bench.watcher();
    bench.stream.GetMedia({ Type: 'EARLIEST' }, watcher, 0);
    bench.after(MINUTE);
    expect(watcher.seen[0]?.FragmentNumber).toBe(1026);
    expect(watcher.numbers.slice(0, 3)).toEqual([1026, 1027, 1028]);
  });

  test('a buffer of 200 MB is all that is there where nothing is kept', () => {
    const bench = new Bench({ dataRetentionHours: 0 });
    bench.connect();
    for (let i = 0; i < 6; i++) bench.send({ bytes: 50 * MB });
    bench.after(30 * SECOND);
    const watcher = bench.watcher();
    bench.stream.GetMedia({ Type: 'EARLIEST' }, watcher, 0);
    bench.after(30 * SECOND);
    expect(watcher.numbers).toEqual([3, 4, 5, 6]);
  });
});

const FOLDER = 'src/services/video';

/** Streams that are wrong in one thing, and the property that must notice. */
const broken: readonly (readonly [property: RegExp, mutation: Mutation])[] = [
  [
    /list/,
    {
      name: 'keeps fragments a microsecond too long',
      file: `${FOLDER}/fragment-log.ts`,
      find: '>= ageUs',
      replace: '>= ageUs + 3600e6',
    },
  ],
  [
    /list/,
    {
      name: 'brings back what a shorter retention had hidden',
      file: `${FOLDER}/fragment-log.ts`,
      find: 'this.trim(nowUs);\n    this.#retentionUs = hours',
      replace: 'this.#retentionUs = hours',
    },
  ],
  [
    /list/,
    {
      name: 'lists fragments before they are kept',
      file: `${FOLDER}/archive.ts`,
      find: 'fragment.listedUs > this.#sim.now',
      replace: 'fragment.listedUs < 0',
    },
  ],
  [
    /list/,
    {
      name: 'forgets what is not acknowledged when the connection is lost',
      file: `${FOLDER}/put-media.ts`,
      find: 'if (kept !== null) kept',
      replace: 'if (kept !== null && this.#open === connection) kept',
    },
  ],
  [
    /rate|acks|order/,
    {
      name: 'reads fragments side by side',
      file: `${FOLDER}/put-media.ts`,
      find: 'this.#freeUs = endUs;',
      replace: '',
      and: [{ find: 'this.#nextFragmentUs = startUs + GAP_US;', replace: '' }],
    },
  ],
  [
    /speed/,
    {
      name: 'gives fragments as soon as they have come',
      file: `${FOLDER}/get-media.ts`,
      find: 'const endUs = startUs + Math.ceil((fragment.bytes * SECOND_US) / f.getMediaBytesPerSecond.value);',
      replace: 'const endUs = startUs;',
    },
  ],
  [
    /sessions/,
    {
      name: 'lets a fourth watch',
      file: `${FOLDER}/get-media.ts`,
      find: '>= f.getMediaConnections.value',
      replace: '> f.getMediaConnections.value',
    },
  ],
  [
    /order/,
    {
      name: 'does not wake who has seen all there was',
      file: `${FOLDER}/get-media.ts`,
      find: 'if (session.event === null) this.#next(session);',
      replace: 'if (session.event === -1) this.#next(session);',
    },
  ],
  [
    /order|now/,
    {
      name: 'takes NOW for the beginning',
      file: `${FOLDER}/get-media.ts`,
      find: 'return this.#before(() => false);',
      replace: 'return this.#before(() => true);',
    },
  ],
  [
    /acks|list|sessions|what is seen|order/,
    {
      name: 'goes on with a connection that is closed',
      file: `${FOLDER}/put-media.ts`,
      find: 'const { connection, input, number } = sending;\n    if (this.#open !== connection) return;',
      replace: 'const { connection, input, number } = sending;',
    },
  ],
];

describe('a stream that is wrong is caught when it', () => {
  test.each(broken.map(([property, mutation]) => [mutation.name, property, mutation] as const))(
    '%s',
    async (_name, property, mutation) => {
      const { VideoStream: Type } = await mutant<{ VideoStream: typeof VideoStream }>(`${FOLDER}/index.ts`, mutation);
      const found = fc.check(
        fc.property(videoGames, (game) => playVideo(game, Type)),
        { seed: SEED, numRuns: 1000, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
      expect(String(found.errorInstance)).toMatch(property);
    },
  );
});
