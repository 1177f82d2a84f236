import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toPng } from '../../src/cli/png.ts';
import { Place, TINY } from './bin.ts';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="Arial, sans-serif">
<rect width="200" height="40" fill="#fefefe"/><text x="10" y="25" font-size="14" fill="#000">What is offered</text></svg>`;

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('tiny.yaml', TINY);
});
afterAll(() => place.remove());

function picture(name: string): Buffer {
  return readFileSync(join(place.folder, name));
}

describe('a chart as PNG', () => {
  test('shows its text, in a font that every machine has', async () => {
    const withText = await toPng(SVG);
    expect(Buffer.from(withText).subarray(1, 4).toString()).toBe('PNG');
    const without = await toPng(SVG.replace('What is offered', ''));
    expect(Buffer.compare(withText, without)).not.toBe(0);
    // Without a font text is left out silently: then both would be alike.
    expect(Buffer.compare(await toPng(SVG, []), await toPng(SVG.replace('What is offered', ''), []))).toBe(0);
    // Whatever family the drawing asks for.
    expect(Buffer.compare(withText, await toPng(SVG.replace('Arial', 'Courier')))).toBe(0);
  });

  test('is written where it is asked for, with the same bytes each time', () => {
    place.spillway(['run', 'tiny.yaml', '--out', 'a', '--format', 'json,png']);
    place.spillway(['report', 'a', '--out', 'b', '--format', 'png,svg']);
    const pictures = place.files().filter((file) => file.startsWith('a/charts/'));
    expect(pictures.length).toBeGreaterThan(2);
    expect(pictures.every((file) => file.endsWith('.png'))).toBe(true);
    for (const file of pictures) {
      expect(picture(file).equals(picture(file.replace('a/', 'b/')))).toBe(true);
      expect(place.files()).toContain(file.replace('a/', 'b/').replace('.png', '.svg'));
    }
  });

  test('goes when the report is written anew without it', () => {
    place.spillway(['run', 'tiny.yaml', '--out', 'c', '--format', 'json,png']);
    place.spillway(['run', 'tiny.yaml', '--out', 'c', '--format', 'json']);
    expect(place.files().filter((file) => file.startsWith('c/'))).toEqual(['c/result.json']);
  });
});
