/** Run as a process of its own, under another time zone and language: prints the hash of every file of a report. */
import { createHash } from 'node:crypto';
import { REPORT_FORMATS, renderFiles, summarise } from '../../src/report/index.ts';
import { flashSale } from './fixture.ts';

async function main(): Promise<void> {
  const result = flashSale();
  const files = await renderFiles(result, new Set(REPORT_FORMATS));
  const hashes = [...files].map(([path, content]) => [path, createHash('sha256').update(content).digest('hex')]);
  hashes.push([
    'summary',
    createHash('sha256')
      .update(summarise(result, { color: true, width: 80 }))
      .digest('hex'),
  ]);
  process.stdout.write(JSON.stringify(hashes));
}

await main();
