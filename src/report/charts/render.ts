/** Vega-Lite specification to SVG: the same bytes every time, on every version of Node. */
import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import { type Chart, type Frame } from './chart.ts';
import { leftMargin } from './theme.ts';

export interface Svg {
  /** What is inside the outermost `svg` element. */
  readonly inner: string;
  readonly width: number;
  readonly height: number;
}

interface Libraries {
  readonly vega: typeof Vega;
  readonly lite: typeof VegaLite;
}

let libraries: Promise<Libraries> | undefined;

/** Vega takes a third of a second to import: only who draws pays for it. */
async function load(): Promise<Libraries> {
  libraries ??= Promise.all([import('vega'), import('vega-lite')]).then(([vega, lite]) => ({ vega, lite }));
  return libraries;
}

/** Draws a chart for the width of a frame. Ids inside are made unique, since many drawings share a page. */
export async function drawSvg(chart: Chart, frame: Frame): Promise<Svg> {
  const { vega, lite } = await load();
  const loader = vega.loader();
  loader.load = (uri: string) => Promise.reject(new Error(`a report must be self-contained: ${uri}`));

  const compiled = lite.compile(chart.spec(frame)).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', loader, logLevel: vega.Error });
  vega.resetSVGDefIds();
  try {
    return unwrap(
      await view.toSVG(),
      `${chart.id}-${frame.narrow ? 'n' : 'w'}`,
      chart.bare === true ? 2 : leftMargin(frame) + 4,
    );
  } finally {
    view.finalize();
  }
}

/** Hundredths of a pixel are enough, and a quarter of the bytes. */
function rounded(text: string): string {
  return text.replace(/-?\d*\.\d{3,}(e-?\d+)?/g, (number) => {
    const short = Number(number)
      .toFixed(2)
      .replace(/\.?0+$/, '');
    return short === '-0' ? '0' : short;
  });
}

/** `left`: where the marks begin, whatever the library guesses the labels to take: so that time axes line up down the page. */
function unwrap(svg: string, prefix: string, left: number): Svg {
  const open = /^<svg\b[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>/.exec(svg);
  if (open === null) throw new Error('report: the drawing has no view box');
  const inner = svg
    .slice(open[0].length, svg.lastIndexOf('</svg>'))
    .replace(/^<rect\b[^>]*fill="white"\/>/, '')
    .replace(/^(<g\b[^>]*? transform="translate\()[^,]*,/, `$1${left},`)
    .replace(/<path aria-hidden="true" d="(M0,0h0v0h0Z)?" pointer-events="none"[^>]*\/>/g, '')
    .replace(/ (aria-hidden|aria-roledescription|role|pointer-events|font-family|class)="[^"]*"/g, '')
    .replace(/ (opacity|stroke-width|stroke-opacity|fill-opacity)="1"| font-weight="normal"| [xy]2="0"/g, '')
    .replace(
      / (d|transform|x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g,
      (_, name: string, value: string) => ` ${name}="${rounded(value)}"`,
    )
    .replace(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`);
  return { inner, width: Number(open[1]), height: Number(open[2]) };
}
