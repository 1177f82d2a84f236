// Prints the SHA-256 of every chart, table and text that is made of results, to be compared between Nodes, time zones and languages:
//   node tools/charts.mjs <result.json …>
// Nothing is simulated. Needs `npm run build`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { renderFiles } from '../dist/lib/report/index.js';

for (const path of process.argv.slice(2)) {
  const result = JSON.parse(readFileSync(path, 'utf8'));
  // `html` holds the same charts, and draws all of them a second time.
  for (const [file, text] of await renderFiles(result, new Set(['md', 'csv', 'svg']))) {
    console.log(`${createHash('sha256').update(text).digest('hex')}  ${result.scenario}/${file}`);
  }
}
