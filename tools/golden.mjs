// Runs every scenario of `scenarios/` and compares what comes out with what came out before, and with itself.
//   node tools/golden.mjs [--in-turn <node …>]    every scenario whole: ends as expected, and gives the stored fingerprints. In turn: on the
//                                                 named executables instead of this one, in another time zone and language, every
//                                                 fifth on 2 threads; then charts of every third, on this executable and on the named
//   node tools/golden.mjs --update                stores the fingerprints anew: say why in the commit
//   node tools/golden.mjs --same <node …>         one or two replications, shortened, on 2 threads elsewhere and on 1 thread of every named
//                                                 executable: the same bytes of result.json and every SVG, whatever is stored
// Needs `npm run build`.
//
// Nothing has to run twice to be compared: whoever computes something else than the others does not compute what is stored.
//   guarded                                   by
//   what comes out is what came out before    `--in-turn`, whole; test/golden, shortened, from the sources
//   … on every Node                           each scenario on two of three: on that of `npm test` in test/golden, on another by `--in-turn`
//   … in every time zone and language         `--in-turn`, test/cli/run
//   … on any number of threads                `--in-turn` on real ones; test/golden copies every task and outcome as threads do; test/cli/run
//   … whatever ran before                     `--in-turn`: a process runs many scenarios
//   result.json is what its fingerprint says  `--in-turn` takes the fingerprint of what stands in the file
//   a result has the same charts everywhere   `--in-turn`
//   every scenario on threads, bytes to bytes  `--same`, which is part of `npm run check:long` (on one Node; on all where they are named)
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cameOutOtherwise } from '../dist/lib/cli/verdicts.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stored = join(root, 'test/golden/fingerprints.json');
const bin = join(root, 'dist/bundle/main.js');
const charts = join(root, 'tools/charts.mjs');
/**
 * `heavy`: they take longest, the longest first: they start first, so that no core waits for one of them at the end, and `--same` compares one replication.
 * `horizons`: shorter ones that still hold what a scenario is about. test/golden plays by the same; whole runs are compared with what is stored.
 */
const { heavy, horizons } = JSON.parse(readFileSync(join(root, 'tools/golden.json'), 'utf8'));
const names = readdirSync(join(root, 'scenarios'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'));
const place = (name) => (heavy.includes(name) ? heavy.indexOf(name) : heavy.length);
const heavyFirst = [...names].sort((a, b) => place(a) - place(b));
const elsewhere = { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
const scratch = mkdtempSync(join(tmpdir(), 'spillway-golden-'));
const failures = [];

/** Processes that are under way, and those that wait until there is a core for them. */
let running = 0;
const waiting = [];

async function start(node, args, env) {
  if (running === availableParallelism()) await new Promise((go) => waiting.push(go));
  else running++;
  try {
    return await startNow(node, args, env);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function startNow(node, args, env) {
  return new Promise((done) => {
    execFile(node, args, { env: { ...process.env, ...env }, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
    });
  });
}

/** Runs scenarios in one process, one after another, into a folder each; `folderOf` tells which. */
async function run(scenarios, { node = process.execPath, args = [], env = {} }) {
  const out = mkdtempSync(join(scratch, 'out-'));
  const files = scenarios.map((name) => join(root, 'scenarios', `${name}.yaml`));
  const { status, stderr } = await start(node, [bin, 'run', ...files, '--out', out, ...args], env);
  const folderOf = (name) => (scenarios.length === 1 ? out : join(out, name));
  return { status, stderr, folderOf };
}

/** Each scenario whole, once: who runs what is decided by its place. Gives back what was found, and where each result is. */
async function runWhole(executables, env) {
  const parts = Math.max(1, Math.floor(availableParallelism() / executables.length));
  const groups = new Map();
  for (const [i, name] of heavyFirst.entries()) {
    const executable = i % executables.length;
    // A thread each is less work than two for one. Five has no factor in common with two or three executables.
    const threads = env === elsewhere && i % 5 === 4 ? 2 : 1;
    const part = threads === 2 ? 0 : Math.floor(i / executables.length) % parts;
    const key = `${threads} ${part} ${executable}`;
    if (!groups.has(key)) groups.set(key, { node: executables[executable], threads, scenarios: [] });
    groups.get(key).scenarios.push(name);
  }
  const found = new Map();
  const jobs = [...groups.values()].sort((a, b) => a.threads - b.threads);
  await Promise.all(
    jobs.map(async ({ node, threads, scenarios }) => {
      const { status, stderr, folderOf } = await run(scenarios, {
        node,
        env,
        args: ['--format', 'json', '--threads', `${threads}`],
      });
      const results = scenarios.map((name) => join(folderOf(name), 'result.json')).filter(existsSync);
      if (results.length < scenarios.length || (status !== 0 && status !== 1)) {
        fail(`${scenarios.join(', ')} on ${threads} thread(s) of ${node}: ended by ${status}\n${stderr}`);
      }
      const otherwise = results.map((file) => examine(file, found)).includes(true);
      if (otherwise !== (status === 1))
        fail(`${scenarios.join(', ')}: ended by ${status}, which is not what their verdicts say`);
    }),
  );
  return found;
}

/** Keeps what there is to say of a result. Returns whether something came out otherwise than expected. */
function examine(file, found) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const { schema: _1, version: _2, facts: _3, scenario, seed: _4, replications: _5, fingerprint, ...rest } = result;
  const entries = Object.entries(result.designs);
  const designs = entries.map(([name, { events: _6, eventsFingerprint: _7, ...design }]) => [name, design]);
  const text = JSON.stringify({ ...rest, designs: Object.fromEntries(designs) });
  const events = Object.fromEntries(entries.map(([name, design]) => [name, design.eventsFingerprint]));
  found.set(scenario, {
    file,
    fingerprints: { fingerprint, events },
    isWhole: createHash('sha256').update(text).digest('hex') === fingerprint,
    isOtherwise: cameOutOtherwise(result),
  });
  return cameOutOtherwise(result);
}

async function checkStored({ update, nodes }) {
  const before = update || !existsSync(stored) ? {} : JSON.parse(readFileSync(stored, 'utf8'));
  const found = await (nodes.length === 0 ? runWhole([process.execPath], {}) : runWhole(nodes, elsewhere));
  for (const name of names) {
    const now = found.get(name);
    if (now === undefined) continue;
    const problems = [];
    if (now.isOtherwise) problems.push('an objective came out otherwise than expected');
    if (!now.isWhole) problems.push('its fingerprint is not that of what stands in result.json');
    if (!update && JSON.stringify(now.fingerprints) !== JSON.stringify(before[name])) {
      problems.push(before[name] === undefined ? 'no fingerprint is stored' : 'the fingerprint is not the stored one');
    }
    report(name, problems);
  }
  for (const name of Object.keys(before))
    if (!names.includes(name)) report(name, ['is stored, but there is no such scenario']);
  if (nodes.length > 0)
    await checkCharts(
      nodes,
      names.filter((_, i) => i % 3 === 0).map((name) => found.get(name)?.file),
    );
  if (!update || found.size < names.length) return;
  mkdirSync(dirname(stored), { recursive: true });
  const ordered = Object.fromEntries(names.map((name) => [name, found.get(name).fingerprints]));
  writeFileSync(stored, `${JSON.stringify(ordered, null, 2)}\n`);
}

/** Charts are made of the result alone: nothing has to run for them again. */
async function checkCharts(nodes, results) {
  const args = [charts, ...results.filter((file) => file !== undefined)];
  const [here, ...there] = await Promise.all([
    start(process.execPath, args, {}),
    ...nodes.map((node) => start(node, args, elsewhere)),
  ]);
  if (here.status !== 0) fail(`charts: ended by ${here.status}\n${here.stderr}`);
  const expected = new Set(here.stdout.split('\n'));
  for (const [i, { status, stdout, stderr }] of there.entries()) {
    const problems = stdout.split('\n').filter((line) => !expected.has(line));
    if (status !== 0) problems.push(`ended by ${status}\n${stderr}`);
    if (stdout.length !== here.stdout.length) problems.push('not as many files as on this Node');
    report(`charts of ${args.length - 1} scenarios, Tokyo, Turkish, ${nodes[i]}`, problems);
  }
}

async function checkSame(nodes) {
  // Two threads on this Node, elsewhere, against one thread on the others (on this one where none is named): whatever differs shows.
  const executables = nodes.length === 0 ? [process.execPath] : nodes;
  await Promise.all(
    heavyFirst.map(async (scenario) => {
      const began = performance.now();
      const args = ['--format', 'json,svg', '--replications', heavy.includes(scenario) ? '1' : '2'];
      if (scenario in horizons) args.push('--set', `horizon=${horizons[scenario]}`);
      const [first, ...runs] = await Promise.all([
        filesOf(scenario, { args: [...args, '--threads', '2'], env: elsewhere }),
        ...executables.map((node) => filesOf(scenario, { node, args: [...args, '--threads', '1'] })),
      ]);
      const problems = executables.flatMap((node, i) => {
        const files = runs[i];
        const differ = [...new Set([...first.keys(), ...files.keys()])].filter(
          (name) => files.get(name)?.equals(first.get(name) ?? Buffer.of()) !== true,
        );
        return differ.map((name) => `${name}: two threads, Tokyo, Turkish are not one thread, ${node}`);
      });
      report(`${scenario}  ${((performance.now() - began) / 1000).toFixed(1)} s`, problems);
    }),
  );
}

/** Every file that a run of one scenario wrote. */
async function filesOf(scenario, how) {
  const { status, stderr, folderOf } = await run([scenario], how);
  if (status !== 0 && status !== 1) throw new Error(`${scenario}: ended by ${status}\n${stderr}`);
  const out = folderOf(scenario);
  const entries = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const written = new Map(files.map((file) => [file.slice(out.length + 1), readFileSync(file)]));
  rmSync(out, { recursive: true });
  return written;
}

function report(what, problems) {
  console.log(`${problems.length === 0 ? 'same' : 'DIFFERENT'}  ${what}`);
  for (const problem of problems) fail(problem);
}

function fail(problem) {
  console.log(`      ${problem}`);
  failures.push(problem);
}

const [mode, ...nodes] = process.argv.slice(2);
try {
  if (mode === '--same') await checkSame(nodes);
  else await checkStored({ update: mode === '--update', nodes });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
