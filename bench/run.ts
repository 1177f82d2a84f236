// Runs the benchmarks of the simulator itself, in host time: `npm run bench` for all, `npm run bench kernel sqs` for some.
// A room adds a benchmark as `bench/<name>.bench.ts`, a program that prints its own table (see pairing.ts). Each is bundled as the
// shipped program is, constants folded, and run by plain node: tsx would be measured too.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = import.meta.dirname;
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}

const target = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
try {
  for (const name of wanted.length > 0 ? wanted : all) {
    const outfile = join(target, `${name}.mjs`);
    await build({
      entryPoints: [join(folder, `${name}.bench.ts`)],
      outfile,
      bundle: true,
      minifySyntax: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
      logLevel: 'error',
    });
    const { status } = spawnSync(process.execPath, ['--expose-gc', outfile], {
      stdio: 'inherit',
      env: { ...process.env, SPILLWAY_BENCH_FOLDER: folder },
    });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
