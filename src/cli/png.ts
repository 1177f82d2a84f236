/** Charts as pictures of dots. The font comes with this package: a machine's own would give other pictures, and with none text is left out silently. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Of the width for which the charts are laid out. */
const FAMILY = 'DejaVu Sans Condensed';
const FILES = ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf'];
/** Dots for each pixel of the drawing. */
const ZOOM = 2;

/** A chart's SVG file as PNG, twice its size; the same bytes each time. `fonts: []` draws no text. */
export async function toPng(svg: string, fonts: readonly string[] = fontFiles()): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const ours = svg.replace(/ font-family="[^"]*"/, ` font-family="${FAMILY}"`);
  const font = { loadSystemFonts: false, fontFiles: [...fonts], defaultFontFamily: FAMILY };
  return new Resvg(ours, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng();
}

function fontFiles(): string[] {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const files = FILES.map((name) => join(folder, name));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`the font of the charts is not there: ${missing}`);
  return files;
}
