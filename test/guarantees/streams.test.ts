/** Checkers of streams and of those who read them, by stories. */
import { describe, expect, test } from 'vitest';
import { judgeHistory, type Promised, type Promises, type Verdict } from '../../src/guarantees/index.ts';
import { story } from './story.ts';

const S = 1e6;
const HOUR = 3600;
const stream = (promised: Promised): Promises => [
  { resource: 'clicks', kind: 'kinesis', reads: [], promises: [promised] },
];
const reader = (promised: Promised): Promises => [
  { resource: 'workers', kind: 'stream-reader', watch: ['clicks'], reads: [], promises: [promised] },
];

interface Case {
  readonly told: string;
  readonly verdict: Verdict;
  /** The whole sentence; default: none. */
  readonly says?: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines that the evidence names. */
  readonly proof?: readonly string[];
  readonly promises?: Promises;
}

/** Records that say of nobody, or of no record of a stream, what they are about; and those of another stream. */
const ASIDE = [
  'shop sent g=1 s=1/0',
  'shop sent z g=1',
  'workers gets g=1 s=9/0',
  'workers gets z g=1 on=aside s=2/0',
  'w1 does s=1/0 on=workers',
  'w1 does z on=workers',
  'shop refused',
];

const NOBODY = { kind: '', promises: [] as readonly Promised[] };

function check(promises: Promises, cases: Readonly<Record<string, Case>>): void {
  const judge = (told: string, by: Promises): ReturnType<typeof story> & { readonly found: unknown } => {
    const made = story(told, 'clicks');
    const [finding] = judgeHistory(made.history, by).findings;
    const { verdict, sentence, counts, evidence = [] } = finding ?? {};
    return { ...made, found: { verdict, sentence, counts, proof: made.lines(evidence) } };
  };
  test.each(Object.entries(cases))('%s', (_, one) => {
    const { told, verdict, says = '', counts, proof = [] } = one;
    expect(judge(told, one.promises ?? promises).found).toEqual({ verdict, sentence: says, counts, proof });
  });
  test.each(Object.entries(cases))('%s; also where numbers begin with 0', (_, one) => {
    const fromZero = (line: string): string => line.replaceAll(/\b([sg])=(\d+)/g, (__, what, n) => `${what}=${n - 1}`);
    const { verdict, counts, proof = [] } = one;
    const { found } = judge(fromZero(one.told), one.promises ?? promises);
    expect(found).toMatchObject({ verdict, counts, proof: proof.map(fromZero) });
  });
  // A rate counts refusals, and who works in order anything that has its effect, whatever they are about.
  const [
    {
      kind,
      promises: [promised],
    } = NOBODY,
  ] = promises;
  if (promised?.guarantee === 'rate' || (kind === 'stream-reader' && promised?.guarantee === 'order')) return;
  test.each(Object.entries(cases))('%s; what is of nobody, or elsewhere, changes nothing', (_, one) => {
    const by = one.promises ?? promises;
    // What is acknowledged has to be handled, whatever its number.
    const aside = kind === 'stream-reader' ? ASIDE.filter((what) => !what.startsWith('shop sent z')) : ASIDE;
    const disturbed = one.told
      .split('\n')
      .flatMap((line) => {
        const at = /^[\d.]+/.exec(line)?.[0];
        return at === undefined ? [line] : [line, ...aside.map((what) => `${at} ${what}`)];
      })
      .join('\n');
    const { verdict, counts, proof = [] } = one;
    expect(judge(disturbed, by).found).toMatchObject({ verdict, counts, proof });
  });
}

describe('conservation of a stream', () => {
  check(stream({ guarantee: 'conservation' }), {
    'holds where all that is read was put, and its answer may have been lost': {
      told: '0 shop sends a\n0.1 shop sent a s=1/0\n0.2 shop sends b\n1 workers gets a s=1/0\n1 workers gets b s=2/0',
      verdict: 'held',
      counts: { read: 2 },
    },
    'is broken by a record that nobody put': {
      told: '0 shop sends a\n0.1 shop sent a s=1/0\n1 workers gets b s=2/0',
      verdict: 'broken',
      says: 'Record 2 tells of a record that nobody put.',
      counts: { read: 1 },
      proof: ['1 workers gets b s=2/0'],
    },
    'is not exercised where nothing is read': {
      told: '0 shop sends a\n0.1 shop sent a s=1/0',
      verdict: 'not exercised',
      says: 'Nothing was read.',
      counts: { read: 0 },
    },
  });
});

describe('order of a stream', () => {
  check(stream({ guarantee: 'order', isKeyed: true }), {
    'holds where numbers rise in each shard, though not between shards': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=9/1 g=2\n2 shop sent c s=2/0 g=1\n3 shop sent d s=10/1 g=2',
      verdict: 'held',
      counts: { compared: 2 },
    },
    'is broken where a later record has the lower number': {
      told: '0 shop sent a s=2/0 g=1\n1 shop sent b s=1/0 g=2',
      verdict: 'broken',
      says: 'A record was put behind a younger one of its shard.',
      counts: { compared: 1 },
      proof: ['0 shop sent a s=2/0 g=1', '1 shop sent b s=1/0 g=2'],
    },
    'also where that is told late': {
      told: '1 shop sent a s=1/0 g=1\n1.1 shop sent b s=2/0 g=2 at=0.5',
      verdict: 'broken',
      says: 'A record was put behind a younger one of its shard.',
      counts: { compared: 1 },
      proof: ['1 shop sent a s=1/0 g=1', '1.1 shop sent b s=2/0 g=2 at=0.5'],
    },
    'holds where answers overtake each other': {
      told: '1 shop sent b s=2/0 g=1 at=0.5\n1.1 shop sent a s=1/0 g=1 at=0.4',
      verdict: 'held',
      counts: { compared: 1 },
    },
    'holds where two are put at one instant': {
      told: '0 shop sent b s=2/0 g=1\n0 shop sent a s=1/0 g=1',
      verdict: 'held',
      counts: { compared: 1 },
    },

    'each is compared with the highest number so far': {
      told: '1 shop sent c s=3/0 g=1\n1.2 shop sent a s=1/0 g=2 at=0.5\n1.5 shop sent b s=2/0 g=3',
      verdict: 'broken',
      says: 'A record was put behind a younger one of its shard.',
      counts: { compared: 2 },
      proof: ['1 shop sent c s=3/0 g=1', '1.5 shop sent b s=2/0 g=3'],
    },
    'and with the last one': {
      told: '2 shop sent b s=2/0 g=1\n2.1 shop sent a s=1/0 g=2 at=0.1\n2.2 shop sent c s=3/0 g=3 at=1',
      verdict: 'broken',
      says: 'A record was put behind a younger one of its shard.',
      counts: { compared: 2 },
      proof: ['2 shop sent b s=2/0 g=1', '2.2 shop sent c s=3/0 g=3 at=1'],
    },

    'is broken where a key has a lower number in a child': {
      told: '0 shop sent a s=5/0 g=1\n1 shop sent b s=2/1 g=1',
      verdict: 'broken',
      says: 'A record has a lower number than an older one of its key.',
      counts: { compared: 0 },
      proof: ['0 shop sent a s=5/0 g=1', '1 shop sent b s=2/1 g=1'],
    },
    'but not where keys have no shard': {
      promises: stream({ guarantee: 'order' }),
      told: '0 shop sent a s=5/0 g=1\n1 shop sent b s=2/1 g=1',
      verdict: 'not exercised',
      says: 'No shard had two records.',
      counts: { compared: 0 },
    },
    'is broken where a reader goes back to what it has not read': {
      told: '0 workers gets b s=2/0\n1 workers gets a s=1/0',
      verdict: 'broken',
      says: 'A reader was given a record of a shard before an older one.',
      counts: { compared: 1 },
      proof: ['0 workers gets b s=2/0', '1 workers gets a s=1/0'],
    },
    'also in one answer': {
      told: '0 workers gets b s=2/0 call=7\n0 workers gets a s=1/0 call=7',
      verdict: 'broken',
      says: 'A reader was given a record of a shard before an older one.',
      counts: { compared: 1 },
      proof: ['0 workers gets b s=2/0 call=7', '0 workers gets a s=1/0 call=7'],
    },
    'holds for a reader that begins again, and for one that is behind another': {
      told: '0 workers gets a s=1/0\n1 workers gets b s=2/0\n2 workers gets a s=1/0\n2 workers gets b s=2/0\n3 audit gets a s=1/0\n4 workers gets c s=3/0',
      verdict: 'held',
      counts: { compared: 2 },
    },
    'is not exercised by one record a shard': {
      told: '0 shop sent a s=2/0 g=1\n1 shop sent b s=1/1 g=2\n2 workers gets a s=2/0',
      verdict: 'not exercised',
      says: 'No shard had two records.',
      counts: { compared: 0 },
    },
  });
});

describe('placement', () => {
  const fixed = stream({ guarantee: 'placement', isFixed: true });
  check(stream({ guarantee: 'placement' }), {
    'holds where keys move on to shards that nobody left before': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=2/0 g=2\n2 shop sent c s=3/1 g=1\n3 shop sent d s=3/2 g=2\n4 shop sent e s=4/1 g=1',
      verdict: 'held',
      counts: { compared: 3, moves: 2 },
    },
    'is broken where a key comes back': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=1\n2 shop sent c s=2/0 g=1',
      verdict: 'broken',
      says: 'A shard took a record after a key had moved from it to another.',
      counts: { compared: 2, moves: 2 },
      proof: ['0 shop sent a s=1/0 g=1', '1 shop sent b s=1/1 g=1', '2 shop sent c s=2/0 g=1'],
    },
    'also where another key goes on in the old shard': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=1\n2 shop sent c s=2/0 g=2',
      verdict: 'broken',
      says: 'A shard took a record after a key had moved from it to another.',
      counts: { compared: 1, moves: 1 },
      proof: ['0 shop sent a s=1/0 g=1', '1 shop sent b s=1/1 g=1', '2 shop sent c s=2/0 g=2'],
    },
    'also where the move is told late': {
      told: '0 shop sent a s=1/0 g=1\n2 shop sent c s=2/0 g=2\n2.1 shop sent b s=1/1 g=1 at=1',
      verdict: 'broken',
      says: 'A shard took a record after a key had moved from it to another.',
      counts: { compared: 1, moves: 1 },
      proof: ['0 shop sent a s=1/0 g=1', '2 shop sent c s=2/0 g=2', '2.1 shop sent b s=1/1 g=1 at=1'],
    },
    'holds where what was put before the move is told after it': {
      told: '1 shop sent b s=1/1 g=1\n1.1 shop sent a s=1/0 g=1 at=0.5\n1.2 shop sent c s=2/0 g=2 at=0.6',
      verdict: 'held',
      counts: { compared: 1, moves: 1 },
    },

    'is broken where the shard that was left is told late': {
      told: '2 shop sent b s=1/1 g=1\n2.1 shop sent a s=1/0 g=1 at=0.5\n3 shop sent c s=2/0 g=2',
      verdict: 'broken',
      says: 'A shard took a record after a key had moved from it to another.',
      counts: { compared: 1, moves: 1 },
      proof: ['2 shop sent b s=1/1 g=1', '2.1 shop sent a s=1/0 g=1 at=0.5', '3 shop sent c s=2/0 g=2'],
    },
    'what is told late is not where a key is': {
      told: '1 shop sent b s=1/1 g=1\n1.1 shop sent a s=1/0 g=1 at=0.5\n2 shop sent c s=2/1 g=1',
      verdict: 'held',
      counts: { compared: 2, moves: 1 },
    },
    'a shard is left with the first key that goes': {
      told: '0 shop sent a s=1/0 g=1\n0.1 shop sent b s=2/0 g=2\n1 shop sent c s=1/1 g=1\n3 shop sent d s=2/1 g=2\n3.1 shop sent e s=3/0 g=3 at=2',
      verdict: 'broken',
      says: 'A shard took a record after a key had moved from it to another.',
      counts: { compared: 2, moves: 2 },
      proof: ['0 shop sent a s=1/0 g=1', '1 shop sent c s=1/1 g=1', '3.1 shop sent e s=3/0 g=3 at=2'],
    },
    'holds at the instant of the move': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=1\n1 shop sent c s=2/0 g=2',
      verdict: 'held',
      counts: { compared: 1, moves: 1 },
    },
    'two puts of one instant do not say which was first': {
      told: '1 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=1\n2 shop sent c s=2/0 g=2',
      verdict: 'held',
      counts: { compared: 1, moves: 1 },
    },

    'is broken at once where nobody changes the shards': {
      promises: fixed,
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=1',
      verdict: 'broken',
      says: 'Two records of a key are in two shards, and nobody changed those.',
      counts: { compared: 1, moves: 1 },
      proof: ['0 shop sent a s=1/0 g=1', '1 shop sent b s=1/1 g=1'],
    },
    'is not exercised where each key comes once': {
      told: '0 shop sent a s=1/0 g=1\n1 shop sent b s=1/1 g=2',
      verdict: 'not exercised',
      says: 'No key had two records.',
      counts: { compared: 0, moves: 0 },
    },
  });
});

describe('replay', () => {
  check(stream({ guarantee: 'replay', retentionUs: 24 * HOUR * S }), {
    'holds where all read the same, as often as they like': {
      told: '0 shop sent a s=1/0 g=1\n1 workers gets a s=1/0 g=1\n2 audit gets a s=1/0 g=1\n3 workers gets a s=1/0',
      verdict: 'held',
      counts: { reads: 3, missed: 0 },
    },
    'is broken where a number is of another request': {
      told: '0 shop sent a s=1/0 g=1\n1 workers gets b s=1/0 g=1',
      verdict: 'broken',
      says: 'Two records have one sequence number, or one has changed.',
      counts: { reads: 1, missed: 0 },
      proof: ['0 shop sent a s=1/0 g=1', '1 workers gets b s=1/0 g=1'],
    },
    'or of another key': {
      told: '1 workers gets a s=1/0 g=1\n2 audit gets a s=1/0 g=2',
      verdict: 'broken',
      says: 'Two records have one sequence number, or one has changed.',
      counts: { reads: 2, missed: 0 },
      proof: ['1 workers gets a s=1/0 g=1', '2 audit gets a s=1/0 g=2'],
    },
    'but not where records bear several requests': {
      promises: stream({ guarantee: 'replay', retentionUs: 24 * HOUR * S, isAggregated: true }),
      told: '0 shop sent a s=1/0 g=1\n0 shop sent b s=1/0 g=2\n1 workers gets a s=1/0 g=1\n1 workers gets b s=1/0 g=2',
      verdict: 'held',
      counts: { reads: 2, missed: 0 },
    },
    'is broken where a reader leaves one out': {
      told: '0 shop sent a s=1/0\n1 shop sent b s=2/0\n2 shop sent c s=3/0\n3 workers gets a s=1/0\n4 workers gets c s=3/0',
      verdict: 'broken',
      says: 'A reader went on behind a record without having read it.',
      counts: { reads: 2, missed: 1 },
      proof: ['1 shop sent b s=2/0', '4 workers gets c s=3/0'],
    },
    'though another has read it': {
      told: '1 shop sent b s=2/0\n2 audit gets b s=2/0\n3 workers gets a s=1/0\n4 workers gets c s=3/0',
      verdict: 'broken',
      says: 'A reader went on behind a record without having read it.',
      counts: { reads: 3, missed: 1 },
      proof: ['1 shop sent b s=2/0', '4 workers gets c s=3/0'],
    },
    'holds where it begins behind it, ends before it, or reads another shard': {
      told: '0 shop sent a s=1/0\n1 shop sent b s=2/0\n1 shop sent c s=3/0\n1 shop sent d s=2/1\n2 workers gets b s=2/0\n3 audit gets a s=1/0',
      verdict: 'held',
      counts: { reads: 2, missed: 0 },
    },
    'holds where what is left out is too old': {
      told: `0 shop sent b s=2/0\n3 workers gets a s=1/0\n${24 * HOUR} workers gets c s=3/0`,
      verdict: 'held',
      counts: { reads: 2, missed: 0 },
    },
    'but not a moment before': {
      told: `0.1 shop sent b s=2/0\n3 workers gets a s=1/0\n${24 * HOUR} workers gets c s=3/0`,
      verdict: 'broken',
      says: 'A reader went on behind a record without having read it.',
      counts: { reads: 2, missed: 1 },
      proof: ['0.1 shop sent b s=2/0', `${24 * HOUR} workers gets c s=3/0`],
    },
    'says nothing of what is left out where a reader may leap': {
      promises: stream({ guarantee: 'replay', retentionUs: 24 * HOUR * S, mayLeap: true }),
      told: '1 shop sent b s=2/0\n3 workers gets a s=1/0\n4 workers gets c s=3/0',
      verdict: 'held',
      counts: { reads: 2, missed: 0 },
    },
    'is not exercised where nothing is read': {
      told: '1 shop sent b s=2/0',
      verdict: 'not exercised',
      says: 'Nothing was read.',
      counts: { reads: 0, missed: 0 },
    },
  });
});

describe('retention of a stream', () => {
  check(stream({ guarantee: 'retention', retentionUs: 10 * S }), {
    'holds at its last instant': {
      told: '0 shop sent a s=1/0\n10 workers gets a s=1/0',
      verdict: 'held',
      counts: { pastRetention: 1 },
    },
    'is broken after it': {
      told: '0 shop sent a s=1/0\n10.1 workers gets a s=1/0',
      verdict: 'broken',
      says: 'A record was read after the end of its retention period.',
      counts: { pastRetention: 1 },
      proof: ['0 shop sent a s=1/0', '10.1 workers gets a s=1/0'],
    },

    'counts from the first time that it was told': {
      told: '0 shop sent a s=1/0\n5 shop sent a s=1/0\n10.1 workers gets a s=1/0',
      verdict: 'broken',
      says: 'A record was read after the end of its retention period.',
      counts: { pastRetention: 1 },
      proof: ['0 shop sent a s=1/0', '10.1 workers gets a s=1/0'],
    },

    'counts from when it was put, and to when it was given out': {
      told: '0.5 shop sent a s=1/0 at=0\n10.1 workers gets a s=1/0 at=10',
      verdict: 'held',
      counts: { pastRetention: 1 },
    },
    'is not exercised where nothing becomes old, or nobody knows when it was put': {
      told: '0 workers gets b s=2/0\n1 shop sent a s=1/0\n10.5 workers gets b s=2/0',
      verdict: 'not exercised',
      says: 'No record became that old.',
      counts: { pastRetention: 0 },
    },
  });
});

describe('rate of a stream', () => {
  check(stream({ guarantee: 'rate', perSecond: 2, burst: 1 }), {
    'holds at its limit, for each shard and second': {
      told: '0 shop sent a s=1/0\n0.1 shop sent b s=2/0\n0.2 shop sent c s=3/0\n0.9 shop sent d s=1/1\n1 shop sent e s=4/0',
      verdict: 'held',
      counts: { busiestSecond: 3, refused: 0 },
    },
    'is broken by one more': {
      told: '0 shop sent a s=1/0\n0.1 shop sent b s=2/0\n0.2 shop sent c s=3/0\n0.9 shop sent d s=4/0',
      verdict: 'broken',
      says: 'A shard took more than 3 records in second 0.',
      counts: { busiestSecond: 4, refused: 0 },
      proof: ['0 shop sent a s=1/0', '0.9 shop sent d s=4/0'],
    },
    'counts what was put in the second, whenever it is told, and nothing of which nobody knows when': {
      told: '0 shop sends e call=1\n0.5 shop sent a s=1/0\n1 shop sent b s=2/0 at=0.9\n1 shop sent c s=3/0\n1 shop sent d s=4/0\n1.1 shop sent e s=5/0 at=unsaid call=1',
      verdict: 'held',
      counts: { busiestSecond: 2, refused: 0 },
    },
    'a refusal says that it was near': {
      told: '0 shop refused a',
      verdict: 'held',
      counts: { busiestSecond: 0, refused: 1 },
    },
    'is not exercised far below it': {
      told: '0 shop sent a s=1/0',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
  });
});

describe('at-least-once of a reader', () => {
  const settings = { restUs: 60 * S, streamRetentionUs: HOUR * S };
  const promised = { guarantee: 'at-least-once', ...settings };
  const put = '0 shop sent a s=1/0\n1 shop sent b s=2/0\n';
  check(reader(promised), {
    'holds where all that was put was handled, however often': {
      told: `${put}2 w1 does a on=workers s=1/0\n3 w1 does b on=workers s=2/0\n4 w1 does b on=workers s=2/0`,
      verdict: 'held',
      counts: { acknowledged: 2, effects: 3, expired: 0, open: 0 },
    },
    'is unknown where it is behind, and the run is not at rest': {
      told: `${put}2 w1 does a on=workers s=1/0\nend`,
      verdict: 'unknown',
      says: 'The run ended before its faults were over.',
      counts: { acknowledged: 2, effects: 1, expired: 0, open: 1 },
    },
    'is broken where at rest one was never handled': {
      told: `${put}2 w1 does a on=workers s=1/0\nrest`,
      verdict: 'broken',
      says: 'A record was put and never handled.',
      counts: { acknowledged: 2, effects: 1, expired: 0, open: 1 },
      proof: ['1 shop sent b s=2/0'],
    },
    'a failure is not done': {
      told: `${put}2 w1 fails a on=workers s=1/0\nrest`,
      verdict: 'broken',
      says: 'A record was put and never handled (the first of 2).',
      counts: { acknowledged: 2, effects: 0, expired: 0, open: 2 },
      proof: ['0 shop sent a s=1/0'],
    },
    'but for who leaves out what fails': {
      promises: reader({ ...promised, skips: true }),
      told: `${put}2 w1 fails a on=workers s=1/0\n3 w1 does b on=workers s=2/0\nrest`,
      verdict: 'held',
      counts: { acknowledged: 2, effects: 1, expired: 0, open: 0 },
    },
    'what is too old at the end need not be handled': {
      told: `${put}${HOUR} w1 does b on=workers s=2/0\nrest`,
      verdict: 'held',
      counts: { acknowledged: 2, effects: 1, expired: 1, open: 0 },
    },
    'nor what was put before it reads': {
      promises: reader({ ...promised, fromUs: S }),
      told: `${put}2 w1 does b on=workers s=2/0\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, effects: 1, expired: 0, open: 0 },
    },
    'one that was put twice is two': {
      told: '0 shop sent a s=1/0\n1 shop sent a s=2/0\n2 w1 does a on=workers s=2/0\nrest',
      verdict: 'broken',
      says: 'A record was put and never handled.',
      counts: { acknowledged: 2, effects: 1, expired: 0, open: 1 },
      proof: ['0 shop sent a s=1/0'],
    },
    'nor is one that was acknowledged without a number forgotten': {
      told: `${put}1 shop sent c\n2 w1 does a on=workers s=1/0\n2 w1 does b on=workers s=2/0\nrest`,
      verdict: 'broken',
      says: 'A record was put and never handled.',
      counts: { acknowledged: 3, effects: 2, expired: 0, open: 1 },
      proof: ['1 shop sent c'],
    },
    'one of two requests in a record is not handled with the other': {
      told: '0 shop sent a s=1/0\n0 shop sent b s=1/0\n2 w1 does a on=workers s=1/0\nrest',
      verdict: 'broken',
      says: 'A record was put and never handled.',
      counts: { acknowledged: 2, effects: 1, expired: 0, open: 1 },
      proof: ['0 shop sent b s=1/0'],
    },
    'is not exercised where nothing is acknowledged': {
      told: '0 shop sends a\n1 shop unsure a\n2 w1 does a on=workers s=1/0\nrest',
      verdict: 'not exercised',
      says: 'Nothing was put that it had to read.',
      counts: { acknowledged: 0, effects: 1, expired: 0, open: 0 },
    },
  });
});

describe('exactly-once of a reader', () => {
  check(reader({ guarantee: 'exactly-once', restUs: 60 * S }), {
    'holds where each has its effect once': {
      told: '0 shop sent a s=1/0\n2 w1 fails a on=workers s=1/0\n2 w1 does a on=workers s=1/0\nrest',
      verdict: 'held',
      counts: { acknowledged: 1, effects: 1, expired: 0, open: 0 },
    },
    'is broken by a replay': {
      told: '0 shop sent a s=1/0\n2 w1 does a on=workers s=1/0\n3 w1 does a on=workers s=1/0',
      verdict: 'broken',
      says: 'A request had its effect twice.',
      counts: { acknowledged: 1, effects: 2, expired: 0, open: 0 },
      proof: ['2 w1 does a on=workers s=1/0', '3 w1 does a on=workers s=1/0'],
    },
    'also where a request became two records': {
      told: '0 shop sent a s=2/0\n2 w1 does a on=workers s=1/0\n3 w1 does a on=workers s=2/0',
      verdict: 'broken',
      says: 'A request had its effect twice.',
      counts: { acknowledged: 1, effects: 2, expired: 0, open: 0 },
      proof: ['2 w1 does a on=workers s=1/0', '3 w1 does a on=workers s=2/0'],
    },
    'is broken where one never has it': {
      told: '0 shop sent a s=1/0\nrest',
      verdict: 'broken',
      says: 'A record was put and never handled.',
      counts: { acknowledged: 1, effects: 0, expired: 0, open: 1 },
      proof: ['0 shop sent a s=1/0'],
    },
  });
});

describe('order of a reader', () => {
  check(reader({ guarantee: 'order' }), {
    'holds for a key that has gone on to another shard': {
      told: '2 w1 does a on=workers s=1/0 g=1\n3 w2 does b on=workers s=2/1 g=1\n4 w1 does a on=workers s=1/0 g=1',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'is broken where the child is handled before its parent': {
      told: '2 w1 does b on=workers s=2/1 g=1\n3 w2 does a on=workers s=1/0 g=1',
      verdict: 'broken',
      says: 'A message had its effect before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['2 w1 does b on=workers s=2/1 g=1', '3 w2 does a on=workers s=1/0 g=1'],
    },
  });
});
