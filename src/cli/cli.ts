/** The command line. How each command is written on it stands in `line/`, what it does in `commands/`, which is read only when it is called. */
import yargs, { type Argv, type FallbackCompletionFunction } from 'yargs';
import { EXIT, type ExitCode, RunError, toFailure, UserError } from './exit.ts';
import { define as check } from './line/check.ts';
import { define as completion } from './line/completion.ts';
import { define as diff } from './line/diff.ts';
import { define as explain } from './line/explain.ts';
import { define as init } from './line/init.ts';
import { define as list } from './line/list.ts';
import { define as report } from './line/report.ts';
import { define as run } from './line/run.ts';
import { define as schema } from './line/schema.ts';
import { define as trace } from './line/trace.ts';
import { define as validate } from './line/validate.ts';
import type { Call, Define } from './line/options.ts';
import { packageVersion } from './package-root.ts';
import type { Terminal } from './terminal.ts';

/** In the order in which the help lists them. */
const DEFINITIONS: Readonly<Record<string, Define>> = {
  run,
  check,
  trace,
  validate,
  report,
  diff,
  list,
  init,
  explain,
  schema,
  completion,
};
const COMMANDS = Object.keys(DEFINITIONS).join(', ');

/** Runs a command line; never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine;
  try {
    const end = (ended: ExitCode): void => {
      code = ended;
    };
    await commandLine(args, { terminal, end }).parseAsync();
    return code;
  } catch (error) {
    // A line that is being typed is not wrong yet.
    return args[0] === ASKED ? EXIT.fine : tell(error, args, terminal);
  }
}

function commandLine(args: readonly string[], call: Call): Argv {
  const bare = yargs([...args])
    .scriptName('spillway')
    .locale('en')
    .usage(
      '$0 <command>\n\nSimulates synchronous and decoupled designs on virtual time: the same scenario and seed give the same bytes.',
    )
    .parserConfiguration({
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    });
  const line = Object.values(DEFINITIONS).reduce((so, define) => define(so, call), bare);
  return (
    line
      // The shells' scripts ask through it; the name is one that nobody types.
      .completion(COMPLETE, false, completeWords(args))
      .demandCommand(1, `expected one of the commands ${COMMANDS}`)
      .strict()
      .strictCommands()
      .version(packageVersion())
      .wrap(Math.min(call.terminal.width, 110))
      .epilogue(
        'Exit codes: 0 fine; 1 an objective or a guarantee came out otherwise than expected; 2 bad input; 3 an internal error.',
      )
      .help()
      .exitProcess(false)
      .fail((message: string | null, error: Error | undefined) => {
        if (error !== undefined && error.name !== 'YError') throw error;
        throw new UserError('bad-command', `${inOurWords(message ?? error?.message ?? '')}; see: spillway --help`);
      })
  );
}

/** yargs says what is wrong, but not what was expected. */
function inOurWords(message: string): string {
  const of = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];
  const command = of(/^Unknown commands?: ([^,]*)/);
  if (command !== undefined) return `${command}: unknown command → expected one of ${COMMANDS}`;
  const unknown = of(/^Unknown arguments?: ([^,]*)/);
  if (unknown !== undefined) return `${unknown}: unknown option or argument`;
  const empty = of(/^Not enough arguments following: (.*)$/);
  if (empty !== undefined) return `--${empty} has no value → expected one`;
  const [, one, other] = /^Arguments (\S+) and (\S+) are mutually exclusive/.exec(message) ?? [];
  if (one !== undefined) return `--${one} and --${other} → expected only one of them`;
  return message.startsWith('Not enough non-option arguments') ? 'expected the name of at least one file' : message;
}

/** The command that yargs wants for its own script; nobody types it. */
const COMPLETE = '__complete';
/** By which the shells' scripts ask what may come next. */
const ASKED = '--get-yargs-completions';

/** Answers a shell: our values where there are some, else the commands and options that yargs knows. */
function completeWords(args: readonly string[]): FallbackCompletionFunction {
  // Before the words stands the option by which shells ask, then the name under which spillway was called.
  const words = args.slice(2);
  return (current, _argv, byDefault, done) => {
    void import('./commands/completion.ts').then(({ valuesFor }) => {
      const values = valuesFor(words, current);
      if (values !== undefined) done([...values]);
      else byDefault((_error, found) => done((found ?? []).filter((one) => !one.startsWith(COMPLETE))));
    });
  };
}

/** Prints the error, and how it can be repeated where it is ours. */
function tell(error: unknown, args: readonly string[], terminal: Terminal): ExitCode {
  if (error instanceof UserError) {
    terminal.err(error.message);
    return EXIT.badInput;
  }
  const { name, message, code, stack } = toFailure(error);
  if (error instanceof RunError && code === 'event-limit') {
    terminal.err(message);
    return EXIT.badInput;
  }
  const what = code === '' ? name : `${name} ${code}`;
  const text = message.replace(/\s+/g, ' ');
  const where = `spillway ${packageVersion()}, Node ${process.version}, ${process.platform} ${process.arch}`;
  terminal.err(
    `Internal error (${what}): ${text}. Please report it with the scenario file and this command, which repeats it: ` +
      `spillway ${args.map(quoted).join(' ')} (${where}; SPILLWAY_DEBUG=1 prints the stack)`,
  );
  if ((process.env['SPILLWAY_DEBUG'] ?? '') !== '') terminal.err(stack ?? 'no stack');
  return EXIT.internal;
}

/** As a shell takes it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
