// Runs every scenario of `scenarios/` and compares what comes out with what came out before, and with itself.
//   node tools/golden.mjs                    every scenario whole: ends as expected, and gives the stored fingerprints
//   node tools/golden.mjs --update           stores the fingerprints anew: say why in the commit
//   node tools/golden.mjs --same <node …>    one or two replications on 1 and 2 threads, in another time zone and language, and
//                                            on the other Node executables: the same bytes of result.json and every SVG
//   node tools/golden.mjs --same-in-turn <node …>    the same, each scenario on one of the other executables, in turn, and the
//                                            charts of every third scenario
// Needs `npm run build`.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stored = join(root, 'test/golden/fingerprints.json');
const bin = join(root, 'dist/bundle/main.js');
/**
 * `heavy`: they take longest, the longest first: they start first, so that no core waits for one of them at the end, and are compared by one replication.
 * `horizons`: shorter ones that still hold what a scenario is about. test/golden plays by the same; whole runs are compared with what is stored.
 */
const { heavy, horizons } = JSON.parse(readFileSync(join(root, 'tools/golden.json'), 'utf8'));
const scenarios = readdirSync(join(root, 'scenarios'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'));
const scratch = mkdtempSync(join(tmpdir(), 'spillway-golden-'));
const failures = [];

/** Runs that are under way, and those that wait until there is a core for them. */
let running = 0;
const waiting = [];

async function run(scenario, how) {
  if (running === availableParallelism()) await new Promise((go) => waiting.push(go));
  else running++;
  try {
    return await runNow(scenario, how);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

/** Runs a scenario and gives back the exit code and every file that was written. */
async function runNow(scenario, { node = process.execPath, args = [], env = {} }) {
  const start = performance.now();
  const out = mkdtempSync(join(scratch, 'out-'));
  const line = [bin, 'run', join(root, 'scenarios', `${scenario}.yaml`), '--out', out, ...args];
  const code = await new Promise((done) => {
    execFile(node, line, { env: { ...process.env, ...env }, maxBuffer: 1e9 }, (error, _, stderr) => {
      const status = error === null ? 0 : (error.code ?? error.signal);
      done(status === 0 || status === 1 ? status : new Error(`${scenario}: ended by ${status}\n${stderr}`));
    });
  });
  if (code instanceof Error) throw code;
  const entries = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const written = new Map(files.map((file) => [file.slice(out.length + 1), readFileSync(file)]));
  rmSync(out, { recursive: true });
  return { code, files: written, took: performance.now() - start };
}

function fingerprints(result) {
  const { fingerprint, designs } = JSON.parse(result.toString());
  const events = Object.entries(designs).map(([name, design]) => [name, design.eventsFingerprint]);
  return { fingerprint, events: Object.fromEntries(events) };
}

/** Heavy ones first, in their order. */
function forEachScenario(check) {
  const place = (name) => (heavy.includes(name) ? heavy.indexOf(name) : heavy.length);
  return Promise.all([...scenarios].sort((a, b) => place(a) - place(b)).map(check));
}

async function checkStored(update) {
  const before = update || !existsSync(stored) ? {} : JSON.parse(readFileSync(stored, 'utf8'));
  const now = new Map();
  await forEachScenario(async (name) => {
    // One thread each, as many scenarios as there are cores: a fifth less work than one after another on all threads.
    const { code, files, took } = await run(name, { args: ['--format', 'json', '--threads', '1'] });
    const found = fingerprints(files.get('result.json'));
    now.set(name, found);
    const problems = [];
    if (code !== 0) problems.push('an objective came out otherwise than expected');
    if (!update && JSON.stringify(found) !== JSON.stringify(before[name])) {
      problems.push(before[name] === undefined ? 'no fingerprint is stored' : 'the fingerprint is not the stored one');
    }
    report(name, problems, took);
  });
  for (const name of Object.keys(before))
    if (!now.has(name)) report(name, ['is stored, but there is no such scenario'], 0);
  if (!update) return;
  mkdirSync(dirname(stored), { recursive: true });
  const ordered = Object.fromEntries(scenarios.map((name) => [name, now.get(name)]));
  writeFileSync(stored, `${JSON.stringify(ordered, null, 2)}\n`);
}

/** `inTurn`: each scenario on one of the other Nodes, the next on the next. */
async function checkSame(nodes, inTurn) {
  const there = { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
  // Two threads on this Node, elsewhere, against one thread on the others (on this one where none is named): whatever differs shows.
  const executables = nodes.length === 0 ? [process.execPath] : nodes;
  await forEachScenario(async (scenario) => {
    const turn = scenarios.indexOf(scenario) % executables.length;
    const others = inTurn ? [executables[turn]] : executables;
    // Charts are made of the result alone, and take longer than most runs: those of every third scenario show whether they are the same.
    const format = inTurn && scenarios.indexOf(scenario) % 3 !== 0 ? 'json' : 'json,svg';
    const args = ['--format', format, '--replications', heavy.includes(scenario) ? '1' : '2'];
    if (scenario in horizons) args.push('--set', `horizon=${horizons[scenario]}`);
    const [first, ...runs] = await Promise.all([
      run(scenario, { args: [...args, '--threads', '2'], env: there }),
      ...others.map((node) => run(scenario, { node, args: [...args, '--threads', '1'] })),
    ]);
    const problems = others.flatMap((node, i) => {
      const { files } = runs[i];
      const names = new Set([...first.files.keys(), ...files.keys()]);
      const differ = [...names].filter(
        (name) => files.get(name)?.equals(first.files.get(name) ?? Buffer.of()) !== true,
      );
      return differ.map((name) => `${name}: two threads, Tokyo, Turkish are not one thread, ${node}`);
    });
    report(scenario, problems, first.took + runs.reduce((sum, { took }) => sum + took, 0));
  });
}

function report(name, problems, took) {
  console.log(`${problems.length === 0 ? 'same' : 'DIFFERENT'}  ${name}  ${(took / 1000).toFixed(1)} s`);
  for (const problem of problems) console.log(`      ${problem}`);
  failures.push(...problems);
}

const [mode, ...nodes] = process.argv.slice(2);
try {
  if (mode === '--same' || mode === '--same-in-turn') await checkSame(nodes, mode === '--same-in-turn');
  else await checkStored(mode === '--update');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
