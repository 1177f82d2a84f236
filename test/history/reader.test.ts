/** Logs that anybody may have written: what is read, and what is refused where. */
import { describe, expect, test } from 'vitest';
import {
  type History,
  type HistoryChunk,
  HistoryFormatError,
  HistoryReader,
  parseHistory,
} from '../../src/history/index.ts';

const HEADER = '{"history":"spillway/history@1"}';

function read(...lines: string[]): History {
  return parseHistory([HEADER, ...lines].join('\n'));
}

describe('a log', () => {
  test('may name things by texts: equal ones of a column are the same, and come back as they were', () => {
    const counts: number[] = [];
    const reader = new HistoryReader({ take: (chunk: HistoryChunk) => counts.push(chunk.count) });
    const history = read(
      '{"us":1,"do":"send","is":"invoke","on":"q","entity":"order-1"}',
      '{"us":2,"do":"receive","on":"q","entity":"order-1","message":"order-1"}',
    );
    const [first, second] = [...history];
    expect(first?.entity).toBe(second?.entity);
    expect(second?.message).not.toBe(second?.entity);
    reader.line(HEADER);
    reader.line('{"us":2,"do":"receive","on":"q","entity":"order-1","message":"m","handle":"h"}');
    reader.end();
    expect(counts).toEqual([1]);
    expect(reader.asWritten({ n: 0, us: 2, do: 'receive', is: 'ok', on: 'q', entity: 0, message: 1 })).toEqual({
      n: 0,
      us: 2,
      do: 'receive',
      is: 'ok',
      on: 'q',
      entity: 'order-1',
      message: 'm',
    });
  });

  test('of any length goes by in chunks, each with the number of its first record', () => {
    const firsts: [first: number, count: number][] = [];
    const reader = new HistoryReader({ take: ({ first, count }) => firsts.push([first, count]) });
    reader.line(HEADER);
    for (let us = 0; us < 1500; us++) reader.line(`{"us":${us},"do":"receive","on":"q","message":${us}}`);
    reader.end();
    expect(firsts).toEqual([
      [0, 1024],
      [1024, 476],
    ]);
    expect(reader.records).toBe(1500);
  });

  test('knows the line of each record, empty lines counted', () => {
    const reader = new HistoryReader({ take: () => undefined });
    for (const line of ['', HEADER, '{"us":1,"do":"healed"}', '', '{"us":1,"do":"end"}', '']) reader.line(line);
    reader.end();
    expect([reader.lineOf(0), reader.lineOf(1)]).toEqual([3, 5]);
  });

  test('may end its lines as other systems do', () => {
    expect([...parseHistory(`${HEADER}\r\n{"us":1,"do":"end"}\r\n`)]).toEqual([{ n: 0, us: 1, do: 'end', is: 'ok' }]);
  });

  const SEND = '{"us":5,"do":"send","is":"invoke","on":"q","entity":1}';
  test.each<[text: string, line: number, what: string]>([
    ['', 1, 'the file is empty → expected {"history"'],
    ['{"us":1}', 1, 'there is no such line → expected {"history":"spillway/history@1"} as the first line'],
    ['{"history":"spillway/history@2"}', 1, 'history "spillway/history@2" → expected'],
    [`${HEADER}\nnonsense`, 2, 'nonsense → expected one JSON object'],
    [`${HEADER}\n[1]`, 2, '[1] → expected one JSON object'],
    [`${HEADER}\n${SEND}\n{"us":7,"do":"rec`, 3, '{"us":7,"do":"rec, which is cut off → expected one JSON object'],
    [`${HEADER}\n{"do":"send"}`, 2, 'us is missing → expected microseconds'],
    [`${HEADER}\n{"us":1,"do":"sneeze"}`, 2, 'do "sneeze" → expected one of request'],
    [
      `${HEADER}\n{"us":1,"do":"send","is":"perhaps"}`,
      2,
      'is "perhaps" of "send" → expected one of invoke, ok, fail, unknown',
    ],
    [`${HEADER}\n{"us":1,"do":"left","is":"fail","on":"q"}`, 2, 'is "fail" of "left" → expected one of ok'],
    [`${HEADER}\n{"us":-1,"do":"end"}`, 2, 'us -1 → expected a number from 0 on'],
    [`${HEADER}\n{"us":1e999,"do":"end"}`, 2, 'us Infinity → expected a number from 0 on'],
    [`${HEADER}\n{"us":"1","do":"end"}`, 2, 'us "1" → expected a number'],
    [
      `${HEADER}\n${SEND}\n\n{"us":4,"do":"end"}`,
      4,
      'us 4: before 5, that of the line before → expected lines in the order',
    ],
    [`${HEADER}\n{"us":1,"do":"send","on":"q","entity":1.5}`, 2, 'entity 1.5 → expected a text, or a whole number'],
    [`${HEADER}\n{"us":1,"do":"send","on":"q","entity":68719476736}`, 2, 'entity 68719476736 → expected'],
    [
      `${HEADER}\n${SEND}\n{"us":6,"do":"send","on":"q","entity":"a"}`,
      3,
      'entity "a": a text after a number → expected',
    ],
    [`${HEADER}\n{"us":1,"do":"receive","on":"q","receives":2.5}`, 2, 'receives 2.5 → expected a whole number'],
    [`${HEADER}\n{"us":1,"do":"receive","on":"q","who":3000000000}`, 2, 'who 3000000000 → expected a whole number'],
    [`${HEADER}\n{"us":1,"do":"receive","on":"q","client":5}`, 2, 'client 5 → expected a text'],
    [`${HEADER}\n{"us":1,"do":"receive"}`, 2, 'on is missing → expected it of each "receive"'],
    [`${HEADER}\n{"us":1,"do":"handle"}`, 2, 'client is missing → expected it of each "handle"'],
    [
      `${HEADER}\n{"us":1,"do":"receive","on":"q","queue":"q"}`,
      2,
      'queue: unknown key → expected one of do, is, client',
    ],
    [
      `${HEADER}\n{"us":1,"do":"send","is":"fail","on":"q","because":"tired"}`,
      2,
      'because "tired" → expected one of failed',
    ],
    [`${HEADER}\n{"us":1,"do":"end"}\n${SEND}`, 3, 'send after the end → expected nothing more'],
    [`${HEADER}\n{"us":1,"do":"deliver","on":"t","subscription":1}`, 2, 'subscription without entity → expected'],
  ])('that cannot be read is refused at its line: %s', (text, line, what) => {
    let error: unknown;
    try {
      parseHistory(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HistoryFormatError);
    expect(error).toMatchObject({ line });
    expect((error as Error).message).toContain(`line ${line}: ${what}`);
  });
});
