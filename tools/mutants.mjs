// Mutation testing by StrykerJS, in the long form of the checks (docs/mutation-testing.md).
//   npm run check:mutants                                               every file that tools/stryker/stryker.config.json names
//   npm run check:mutants -- --mutate src/services/sqs/fifo-queue.ts    some files, or lines of one (fifo-queue.ts:10-40)
//   npm run check:mutants -- --concurrency 1                            what else `stryker run` takes
// Ends with the kill rate of each file of which anything is known: what has not changed since is not tried again.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, 'tools/stryker');
const bin = join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const known = join(root, 'out/mutants/incremental.json');

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Its 64 MB are of no use to who does not run it, so they are not among the project's own. */
function install() {
  if (!existsSync(bin)) run('npm', ['ci', '--no-audit', '--no-fund'], home);
}

/** Mutants of a file by what became of them. */
function tally({ mutants }) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, survived, uncovered] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage')];
  return { killed, survived, uncovered, ignored: count('Ignored'), all: killed + survived + uncovered };
}

function printRates() {
  const { files } = JSON.parse(readFileSync(known, 'utf8'));
  const rows = Object.entries(files).map(([name, file]) => ({ name, ...tally(file) }));
  console.log(
    '\n| file | mutants | killed | survived | not covered | kill rate |\n| --- | --: | --: | --: | --: | --: |',
  );
  for (const { name, all, killed, survived, uncovered } of rows.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const rate = all === 0 ? '–' : `${((100 * killed) / all).toFixed(1)} %`;
    console.log(`| ${name} | ${all} | ${killed} | ${survived} | ${uncovered} | ${rate} |`);
  }
}

install();
run(process.execPath, [bin, 'run', 'tools/stryker/stryker.config.json', ...process.argv.slice(2)], root);
printRates();
