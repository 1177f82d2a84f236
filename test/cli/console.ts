/** `console` blocks of a page: commands after `$`, and what they print below them. */
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, type Place } from './bin.ts';

interface Example {
  readonly command: string;
  readonly prints: string;
}

export function examplesIn(page: string): Example[] {
  return [...page.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block]) =>
    (block ?? '')
      .split(/^\$ /m)
      .slice(1)
      .map((part): Example => {
        const end = part.indexOf('\n');
        return { command: part.slice(0, end), prints: part.slice(end + 1).trimEnd() };
      }),
  );
}

/** `…` stands for anything, a line of it for any lines. */
export function pattern(prints: string): RegExp {
  const parts = prints.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('[\\s\\S]*')}\\s*$`);
}

/** What a command prints, with `spillway` on the path. */
export function inShell(place: Place, command: string): string {
  place.write('bin/spillway', `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(place.folder, 'bin/spillway'), 0o755);
  const env = { ...process.env, PATH: `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: place.folder, encoding: 'utf8', env });
  return stdout + stderr;
}
