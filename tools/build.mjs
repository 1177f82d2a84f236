// Builds what is shipped:
//   dist/lib     the library, one file per source, with declarations (tsc)
//   dist/bundle  the command line, bundled and split so that `spillway --help` reads few files (esbuild)
// `--bundle-only [folder]` leaves the library out: tests need only the bin, and need it quickly.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles the bin and its worker into `outdir`, which is emptied first. */
export async function bundle(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'src/cli/worker.ts'],
    outdir,
    bundle: true,
    splitting: true,
    // Constants folded and comments gone, but names kept: a stack must be readable, and `keepNames` costs on hot paths.
    minifyWhitespace: true,
    minifySyntax: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // vega is large and only a report needs it; piscina starts its workers from files of its own package; resvg is native code.
    external: ['vega', 'vega-lite', 'piscina', '@resvg/resvg-js'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
  chmodSync(join(outdir, 'main.js'), 0o755);
}

function library() {
  rmSync(join(root, 'dist/lib'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== '--bundle-only') library();
  await bundle(join(root, process.argv[3] ?? 'dist/bundle'));
}
