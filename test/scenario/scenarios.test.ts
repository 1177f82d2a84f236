import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { formatErrors, parseScenario } from '../../src/scenario/index.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

describe('the scenarios that come along', () => {
  test.each(FILES)('%s is valid, asks a question and says when it is answered well', (file) => {
    const readText = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');
    const outcome = parseScenario(readText(file), { file, name: file.replace('.yaml', ''), readText });
    expect(outcome.ok ? '' : formatErrors(outcome.errors)).toBe('');
    if (!outcome.ok) return;
    expect(outcome.scenario.description).toMatch(/\?$/);
    expect(outcome.scenario.objectives.length).toBeGreaterThan(0);
    expect(outcome.scenario.designs.length).toBeGreaterThan(1);
  });

  test('all questions of the first version are there', () => {
    const wanted = [
      'flash-sale',
      'slow-database',
      'retry-storm',
      'queue-as-database-buffer',
      'poison-message',
      'consumer-crash',
      'duplicates',
      'recorded-traffic',
    ];
    expect(wanted.filter((name) => !FILES.includes(`${name}.yaml`))).toEqual([]);
  });
});
