/** A module with one thing in the sources wrong, to see whether somebody notices. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type PluginBuild } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A text that stands in a source exactly once, and what stands there instead. */
interface Edit {
  readonly find: string;
  readonly replace: string;
}

export interface Mutation extends Edit {
  /** What is wrong, in words. */
  readonly name: string;
  /** The source in which it is, relative to the project. */
  readonly file: string;
  /** More edits of the same source, where one does not make sense alone. */
  readonly and?: readonly Edit[];
}

/** Bundles `entry` (relative to the project) with the mutation and loads it. Throws where the text is not there exactly once. */
export async function mutant<Module>(entry: string, mutation: Mutation): Promise<Module> {
  const path = join(ROOT, mutation.file);
  const contents = mutated(readFileSync(path, 'utf8'), mutation);
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutation',
        setup: (build) => {
          // Asked for each of 400 files, this would be most of the work: so for those of this name alone.
          const filter = new RegExp(`/${basename(path).replaceAll('.', '\\.')}$`);
          build.onLoad({ filter }, (args) => (args.path === path ? { contents, loader: 'ts' } : undefined));
          leavePackagesOut(build);
        },
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]?.text ?? '').toString('base64');
  // The name makes modules of equal code different.
  return (await import(`data:text/javascript;base64,${code}`)) as Module;
}

function mutated(source: string, { name, file, find, replace, and = [] }: Mutation): string {
  return [{ find, replace }, ...and].reduce((text, edit) => {
    if (text.split(edit.find).length !== 2)
      throw new Error(`${name}: ${file} does not have exactly once: ${edit.find}`);
    return text.replace(edit.find, () => edit.replace);
  }, source);
}

/** Packages are imported by the bundle from where they are: they bear no mutation, and it is a tenth as long without them. */
function leavePackagesOut({ onResolve, resolve }: PluginBuild): void {
  onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
    if (pluginData === resolveDir || path.startsWith('node:')) return undefined;
    const found = await resolve(path, { kind, resolveDir, pluginData: resolveDir });
    return found.errors.length > 0 ? found : { path: pathToFileURL(found.path).href, external: true };
  });
}
