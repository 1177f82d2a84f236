/** `spillway check --history`: the example of docs/models/history.md, exit codes, and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/cli.ts';
import { Place, ROOT, TINY } from './bin.ts';
import { examplesIn, inShell, pattern } from './console.ts';

const PAGE = readFileSync(join(ROOT, 'docs/models/history.md'), 'utf8');
const SECTION = PAGE.slice(PAGE.indexOf('## Judging a log'), PAGE.indexOf('## What the simulator writes'));
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(SECTION)?.[1] ?? '';
const [SHOP, LOG] = [block('yaml'), block('json')];
const HEADER = '{"history":"spillway/history@1"}\n';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('shop.yaml', SHOP);
  place.write('tiny.yaml', TINY);
  place.write('log.ndjson', LOG);
  place.write('twice.ndjson', LOG);
  place.write(
    'expected.yaml',
    SHOP.replace('[ at-most-once of workers ]', '[ { that: at-most-once of workers, expect: broken } ]'),
  );
  place.write('empty.ndjson', '');
  place.write('header.ndjson', HEADER);
  place.write('no-json.ndjson', `${HEADER}us=5 do=send\n`);
  place.write('version.ndjson', HEADER.replace('@1', '@7'));
  place.write('cut.ndjson', LOG.slice(0, -30));
  place.write('back.ndjson', `${LOG}{"us":5,"do":"end"}\n`);
  place.write('key.ndjson', LOG.replace('"handle":"AQEB1"', '"receipt":"AQEB1"'));
  place.write('type.ndjson', LOG.replace('"receives":1', '"receives":"1"'));
  place.write('strangers.ndjson', `${HEADER}{"us":1,"do":"receive","client":"clerks","on":"bills","message":"m"}\n`);
  place.write(
    'misspelt.ndjson',
    `${LOG}{"us":38000000,"do":"receive","client":"worker","on":"orders","message":"m"}\n`,
  );
  place.write('latin1.ndjson', Buffer.from(`${LOG}{"us":38000000,"do":"receive","on":"caf\xe9"}`, 'latin1'));
  place.write('wide.ndjson', `${LOG}${'x'.repeat(2_000_000)}`);
});
afterAll(() => place.remove());

const check = (line: string) => place.spillway(['check', ...line.split(' ')]);

describe('docs/models/history.md', () => {
  test.each(examplesIn(SECTION))('$command', ({ command, prints }) => {
    expect(inShell(place, command)).toMatch(pattern(prints));
  });
});

describe('spillway check --history', () => {
  test('ends with 1 where a guarantee came out otherwise than expected, with 0 where it was to break', () => {
    expect(check('shop.yaml --history twice.ndjson').code).toBe(1);
    const { code, out } = check('expected.yaml --history twice.ndjson');
    expect(code).toBe(0);
    expect(out).toMatch(/^broken +at-most-once of workers +as expected\. A request had its effect\n +twice\.$/m);
    expect(out).toContain('How it came about: at-most-once of workers is broken');
  });

  test('prints one line for programs, with lines and texts as they are in the file', () => {
    const { code, out, err } = check('shop.yaml --history twice.ndjson --json');
    expect([code, err, out.indexOf('\n')]).toEqual([1, '', out.length - 1]);
    const told = JSON.parse(out) as { guarantees: { evidence?: unknown[]; story?: unknown[] }[] };
    expect(told).toMatchObject({ schema: 'spillway/check-history@1', design: 'queued', records: 8, unexpected: 1 });
    expect(told.guarantees[0]).toMatchObject({ name: 'at-most-once', verdict: 'broken', expected: 'held' });
    expect(told.guarantees[0]?.evidence).toEqual([
      expect.objectContaining({ line: 8, entity: 'A-1001' }),
      expect.objectContaining({ line: 9, message: '5fea7756' }),
    ]);
    expect(told.guarantees[0]?.story).toHaveLength(8);
  });

  test('warns of names that the design does not bear', () => {
    const { code, err } = check('shop.yaml --history misspelt.ndjson');
    expect(code).toBe(1);
    expect(err).toBe(
      'Warning: misspelt.ndjson names worker, which design queued does not have; what it says of worker is not judged → did you mean workers?\n',
    );
  });

  test('judges what the simulator wrote, line by line, as the run itself did', () => {
    place.spillway([
      'run',
      'shop.yaml',
      '--design',
      'queued',
      '--history',
      'own.ndjson',
      '--format',
      'json',
      '--set',
      'horizon=2m',
    ]);
    const { out } = check('shop.yaml --history own.ndjson --json');
    const { designs } = JSON.parse(place.read('out/shop/result.json')) as {
      designs: { queued: { guarantees: Verdict[] } };
    };
    const { guarantees } = JSON.parse(out) as { guarantees: Verdict[] };
    expect(guarantees.map(verdict).sort()).toEqual(designs.queued.guarantees.map(verdict).sort());
  });

  const REFUSED: [line: string, says: string][] = [
    ['shop.yaml --history nowhere', '--history nowhere: cannot be read → there is no such file or folder'],
    ['shop.yaml --history .', 'cannot be read → it is a folder'],
    ['none.yaml --history log.ndjson', 'none.yaml'],
    [
      'shop.yaml --history twice.ndjson --design other',
      '--design other → shop.yaml has no such design; expected one of queued',
    ],
    ['tiny.yaml --history twice.ndjson', '--design → tiny.yaml has 2 designs; expected one of one, two'],
    [
      'shop.yaml --history empty.ndjson',
      'empty.ndjson:1: the file is empty → expected {"history":"spillway/history@1"}',
    ],
    ['shop.yaml --history version.ndjson', 'version.ndjson:1: history "spillway/history@7" → expected'],
    [
      'shop.yaml --history header.ndjson',
      'header.ndjson: it names nothing → expected names of design queued: shop, orders, workers',
    ],
    [
      'shop.yaml --history strangers.ndjson',
      'strangers.ndjson: it names clerks, bills → expected names of design queued',
    ],
    ['shop.yaml --history no-json.ndjson', 'no-json.ndjson:2: us=5 do=send → expected one JSON object'],
    ['shop.yaml --history cut.ndjson', 'which is cut off → expected one JSON object'],
    ['shop.yaml --history back.ndjson', 'back.ndjson:10: us 5: before 37000000, that of the line before → expected'],
    ['shop.yaml --history key.ndjson', 'key.ndjson:4: receipt: unknown key → expected one of do, is, client'],
    ['shop.yaml --history type.ndjson', 'type.ndjson:4: receives "1" → expected a whole number'],
    [
      'shop.yaml --history latin1.ndjson',
      'latin1.ndjson:10: a character that is not UTF-8 → expected the file as UTF-8',
    ],
    [
      'shop.yaml --history wide.ndjson',
      'wide.ndjson:10: a line of more than 1048576 bytes → expected one record a line',
    ],
  ];
  test.each(REFUSED)('refuses %s', async (line, says) => {
    // In this process, as starting one for each takes its time; so the files need their whole paths.
    const words = line.split(' ').map((word) => (/\.|nowhere/.test(word) ? join(place.folder, word) : word));
    const said: string[] = [];
    const [out, err] = [(text: string) => said.push(`out: ${text}`), (text: string) => said.push(text)];
    const code = await main(['check', ...words], { out, err, color: false, width: 80, live: false, ask: null });
    expect([code, said.length]).toEqual([2, 1]);
    expect(said[0]?.replaceAll(`${place.folder}/`, '')).toContain(says);
  });
});

interface Verdict {
  readonly name: string;
  readonly resource: string;
  readonly verdict: string;
}
function verdict({ name, resource, verdict: came }: Verdict): string {
  return `${name} of ${resource}: ${came}`;
}
