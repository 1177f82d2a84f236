// Runs every scenario of `scenarios/` and compares what comes out with what came out before, and with itself.
//   node tools/golden.mjs                    every scenario whole: ends as expected, and gives the stored fingerprints
//   node tools/golden.mjs --update           stores the fingerprints anew: say why in the commit
//   node tools/golden.mjs --same <node …>    two replications on 1 and 2 threads, in another time zone and language, and
//                                            on the other Node executables: the same bytes of result.json and every SVG
// Needs `npm run build`.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stored = join(root, 'test/golden/fingerprints.json');
const bin = join(root, 'dist/bundle/main.js');
const scenarios = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'));
const scratch = mkdtempSync(join(tmpdir(), 'spillway-golden-'));
const failures = [];

/** Runs a scenario and gives back the exit code and every file that was written. */
async function run(scenario, { node = process.execPath, args = [], env = {} }) {
  const out = mkdtempSync(join(scratch, 'out-'));
  const line = [bin, 'run', join(root, 'scenarios', scenario), '--out', out, ...args];
  const code = await new Promise((done) => {
    execFile(node, line, { env: { ...process.env, ...env }, maxBuffer: 1e9 }, (error, _, stderr) => {
      const status = error === null ? 0 : error.code;
      done(status === 0 || status === 1 ? status : new Error(`${scenario}: exit code ${status}\n${stderr}`));
    });
  });
  if (code instanceof Error) throw code;
  const entries = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const written = new Map(files.map((file) => [file.slice(out.length + 1), readFileSync(file)]));
  rmSync(out, { recursive: true });
  return { code, files: written };
}

function fingerprints(result) {
  const { fingerprint, designs } = JSON.parse(result.toString());
  const events = Object.entries(designs).map(([name, design]) => [name, design.eventsFingerprint]);
  return { fingerprint, events: Object.fromEntries(events) };
}

async function checkStored(update) {
  const before = update || !existsSync(stored) ? {} : JSON.parse(readFileSync(stored, 'utf8'));
  const now = {};
  for (const scenario of scenarios) {
    const name = basename(scenario, '.yaml');
    const start = performance.now();
    const { code, files } = await run(scenario, { args: ['--format', 'json'] });
    now[name] = fingerprints(files.get('result.json'));
    const problems = [];
    if (code !== 0) problems.push('an objective came out otherwise than expected');
    if (!update && JSON.stringify(now[name]) !== JSON.stringify(before[name])) {
      problems.push(before[name] === undefined ? 'no fingerprint is stored' : 'the fingerprint is not the stored one');
    }
    report(name, problems, performance.now() - start);
  }
  for (const name of Object.keys(before))
    if (!(name in now)) report(name, ['is stored, but there is no such scenario'], 0);
  if (!update) return;
  mkdirSync(dirname(stored), { recursive: true });
  writeFileSync(stored, `${JSON.stringify(now, null, 2)}\n`);
}

async function checkSame(nodes) {
  const base = ['--replications', '2', '--format', 'json,svg'];
  const there = { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
  // Two threads on this Node, elsewhere, against one thread on the others (on this one where none is named): whatever differs shows.
  const plain = (nodes.length === 0 ? [process.execPath] : nodes).map((node) => [
    `one thread, ${node}`,
    { node, args: [...base, '--threads', '1'] },
  ]);
  for (const scenario of scenarios) {
    const start = performance.now();
    // All at once: the machine has more than one core, a run with one thread does not use them.
    const ways = [{ args: [...base, '--threads', '2'], env: there }, ...plain.map(([, how]) => how)];
    const [first, ...runs] = await Promise.all(ways.map((how) => run(scenario, how)));
    const problems = plain.flatMap(([what], i) => {
      const { files } = runs[i];
      const names = new Set([...first.files.keys(), ...files.keys()]);
      const differ = [...names].filter(
        (name) => files.get(name)?.equals(first.files.get(name) ?? Buffer.of()) !== true,
      );
      return differ.map((name) => `${name}: two threads, Tokyo, Turkish are not ${what}`);
    });
    report(basename(scenario, '.yaml'), problems, performance.now() - start);
  }
}

function report(name, problems, took) {
  console.log(`${problems.length === 0 ? 'same' : 'DIFFERENT'}  ${name}  ${(took / 1000).toFixed(1)} s`);
  for (const problem of problems) console.log(`      ${problem}`);
  failures.push(...problems);
}

const [mode, ...nodes] = process.argv.slice(2);
try {
  if (mode === '--same') await checkSame(nodes);
  else await checkStored(mode === '--update');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
