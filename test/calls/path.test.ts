import { describe, expect, it } from 'vitest';
import { COPY_PATH, childPath, receivePath, repeatedCallPath } from '../../src/calls/path.ts';

describe('paths', () => {
  it('keep the path of the first attempt, so that every design shares its luck', () => {
    expect([childPath(0, 0), childPath(77, 0), receivePath(1), repeatedCallPath(5, 0)]).toEqual([0, 77, 0, 5]);
  });

  it('are whole numbers of 32 bits without a sign', () => {
    for (let i = 1; i < 2000; i++) {
      const path = childPath(childPath(0, i), i * 7);
      expect(path).toBe(path >>> 0);
    }
  });

  it('tell attempts, repeated calls, copies and receives apart: no two share their luck', () => {
    const seen = new Set<number>();
    let count = 0;
    for (const root of [0, COPY_PATH, ...Array.from({ length: 20 }, (_, i) => receivePath(i + 2))]) {
      for (let call = 0; call < 5; call++) {
        for (let attempt = 0; attempt < 100; attempt++) {
          seen.add(childPath(repeatedCallPath(root, call), attempt));
          count++;
        }
      }
    }
    expect(seen.size).toBe(count);
  });
});
