/** Builds the bin once before the tests of the command line, in a folder of its own: somebody may be using dist/bundle. */
import { fileURLToPath } from 'node:url';
import { bundle } from '../../tools/build.mjs';

export default async function setup(): Promise<void> {
  await bundle(fileURLToPath(new URL('../../dist/test-bundle', import.meta.url)));
}
