import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('every door that the package names has a source behind it', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string; default: string }>;
  };
  expect(Object.keys(exports)).toEqual(['.', './testing']);
  for (const { types, default: code } of Object.values(exports)) {
    const source = code.replace('./dist/lib/', 'src/').replace(/\.js$/, '.ts');
    expect(existsSync(join(ROOT, source)), source).toBe(true);
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
  }
});
