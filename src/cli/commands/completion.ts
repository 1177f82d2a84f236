import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { EXIT, type ExitCode } from '../exit.ts';
import { SELECTORS } from '../../history/index.ts';
import { explanationOf, TOPICS } from '../explain/topics.ts';
import { FORMATS } from '../overrides.ts';
import { NO_CHANGES, readScenario, scenarioFiles } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that a shell reads: it asks `spillway` itself what may come next, so it never grows old. */
export function completion(options: { readonly shell: Shell; readonly json: boolean }, terminal: Terminal): ExitCode {
  const { shell } = options;
  const script = shell === 'zsh' ? ZSH : BASH;
  terminal.out(options.json ? JSON.stringify({ shell, script }) : script);
  return EXIT.fine;
}

const BASH = `# spillway: what may come next, for bash. Add to ~/.bashrc:  source <(spillway completion bash)
_spillway() {
  local word="\${COMP_WORDS[COMP_CWORD]}" found
  mapfile -t found < <(SHELL=bash spillway --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=()
  local one
  for one in "\${found[@]}"; do
    [[ "$one" == "$word"* ]] && COMPREPLY+=("$one")
  done
}
# Where nothing is known the names of files are.
complete -o bashdefault -o default -F _spillway spillway
`;

const ZSH = `#compdef spillway
# spillway: what may come next, for zsh. Add to ~/.zshrc:  source <(spillway completion zsh)
_spillway() {
  local -a found
  found=("\${(@f)$(SHELL=zsh spillway --get-yargs-completions "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then _describe 'spillway' found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _spillway "$@"; else compdef _spillway spillway; fi
`;

/** What may stand as the word that is being typed, beside commands and options; undefined where those are the answer. */
export function valuesFor(words: readonly string[], current: string): readonly string[] | undefined {
  const before = words.at(-1) === current ? words.slice(0, -1) : words;
  const previous = before.at(-1) ?? '';
  if (previous.startsWith('--')) {
    if (previous === '--format') return FORMATS;
    if (previous === '--message') return SELECTORS;
    if (previous === '--design') return designsOf(before);
    return BOOLEAN.has(previous) ? undefined : [];
  }
  if (current.startsWith('-')) return undefined;
  const [command, ...given] = before.filter((word) => !word.startsWith('-'));
  switch (command) {
    case 'run':
    case 'check':
    case 'trace':
    case 'validate':
      return scenarioFiles().map((file) => basename(file, extname(file)));
    case 'report':
    case 'diff':
      return resultsAtHand();
    case 'explain':
      if (given.length === 0) return TOPICS.map(({ name }) => name);
      return given.length > 1 ? [] : (explanationOf(given[0] ?? '')?.settings ?? []).map(({ path }) => path);
    case 'completion':
      return SHELLS;
    default:
      return command === undefined ? undefined : [];
  }
}

/** Options that take no value. */
const BOOLEAN: ReadonlySet<string> = new Set(['--json', '--yes', '--help', '--version']);

/** Those of the scenarios that stand on the line. */
function designsOf(words: readonly string[]): string[] {
  const [command, ...given] = words.filter((word) => !word.startsWith('-'));
  if (command === 'init') return ['sync', 'queued', 'sync,queued'];
  const names = given.flatMap((argument) => {
    const reading = readScenario(argument, NO_CHANGES);
    return reading.ok ? reading.scenario.designs.map(({ name }) => name) : [];
  });
  return [...new Set(names)];
}

/** Scenarios that were run to out/<name>. */
function resultsAtHand(): string[] {
  if (!existsSync('out')) return [];
  return readdirSync('out').filter((name) => existsSync(join('out', name, 'result.json')));
}
