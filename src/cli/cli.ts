/** The commands and their options. Each command's own file is read only when it is called: the start must be quick. */
import yargs, { type Argv, type FallbackCompletionFunction } from 'yargs';
import { EXIT, type ExitCode, RunError, toFailure, UserError } from './exit.ts';
import {
  DEFAULT_FORMATS,
  FORMATS,
  parseCount,
  parseFormats,
  parseSet,
  parseShell,
  parseTime,
  parseTolerance,
  parseTraffic,
} from './overrides.ts';
import { PRESETS } from './init/presets.ts';
import { packageVersion } from './package-root.ts';
import type { Changes } from './scenarios.ts';
import type { Terminal } from './terminal.ts';

const MAX_THREADS = 1024;
const MAX_REPLICATIONS = 1_000_000;
/** Of a search. */
const RUNS = 500;
const MAX_RUNS = 100_000_000;
const MESSAGES = 2000;
const MAX_MESSAGES = 1_000_000;

/** Runs a command line; never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine;
  try {
    await commandLine(args, terminal, (ended) => {
      code = ended;
    }).parseAsync();
    return code;
  } catch (error) {
    // A line that is being typed is not wrong yet.
    return args[0] === ASKED ? EXIT.fine : tell(error, args, terminal);
  }
}

function commandLine(args: readonly string[], terminal: Terminal, end: (code: ExitCode) => void): Argv {
  return (
    yargs([...args])
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
      })
      .command(
        'run <scenario..>',
        'Run every design, print the comparison, write the report',
        (y) =>
          withChanges(scenarios(y))
            .option('design', designOption)
            .option('threads', threadsOption)
            .option('out', {
              type: 'string',
              requiresArg: true,
              describe: 'Folder of the report (default: out/<scenario>)',
            })
            .option('format', formatOption)
            .option('api-log', {
              type: 'string',
              requiresArg: true,
              describe: 'Write the calls of one replication of one design to this file, in CloudTrail’s format',
            })
            .option('api-log-epoch', {
              type: 'string',
              requiresArg: true,
              describe: 'Instant at which virtual time begins in that log (default: 2026-01-01)',
            })
            .option('history', {
              type: 'string',
              requiresArg: true,
              describe:
                'Write what clients did and saw in one replication of one design to this file, a line of JSON each',
            })
            .option('trace-events', {
              type: 'string',
              requiresArg: true,
              describe: 'Write one replication of one design to this file, in Chrome’s trace format, for Perfetto',
            })
            .option('json', { type: 'boolean', describe: 'Print result.json on one line instead of the summary' }),
        async (argv) => {
          const { run } = await import('./commands/run.ts');
          const apiLog = single('api-log', argv['api-log']);
          const { parseEpoch } = await import('./api-log.ts');
          const epochSeconds = parseEpoch(single('api-log-epoch', argv['api-log-epoch']) ?? '2026-01-01');
          end(
            await run(
              {
                scenarios: argv.scenario,
                changes: changesOf(argv),
                designs: argv.design ?? [],
                threads: threadsOf(argv.threads),
                out: single('out', argv.out),
                formats: parseFormats(argv.format ?? DEFAULT_FORMATS),
                json: argv.json === true,
                apiLog: apiLog === undefined ? undefined : { file: apiLog, epochSeconds },
                history: single('history', argv.history),
                traceEvents: single('trace-events', argv['trace-events']),
              },
              terminal,
            ),
          );
        },
      )
      .command(
        'check [scenario..]',
        'Search for a run that breaks a guarantee; write the smallest one as a scenario',
        (y) =>
          withoutReplications(
            y.positional('scenario', {
              type: 'string',
              array: true,
              describe: `${SCENARIO}; left out: random systems`,
            }),
          )
            .option('runs', {
              type: 'string',
              requiresArg: true,
              describe: `Random runs to try (default: ${RUNS})`,
            })
            .option('time', {
              type: 'string',
              requiresArg: true,
              describe: 'Stop after so long, such as 30s or 5m (default: when all runs are done)',
            })
            .option('messages', {
              type: 'string',
              requiresArg: true,
              describe: `Requests of one run, at most (default: ${MESSAGES})`,
            })
            .option('design', designOption)
            .option('threads', threadsOption)
            .option('out', {
              type: 'string',
              requiresArg: true,
              describe: 'Folder of what is found (default: out/<scenario>)',
            })
            .option('history', {
              type: 'string',
              requiresArg: true,
              describe: 'Search nothing: judge this log of a real system by what the design promises',
            })
            .option('json', { type: 'boolean', describe: 'Print one line of JSON per scenario' })
            .conflicts('history', ['runs', 'time', 'messages', 'threads', 'out', 'seed']),
        async (argv) => {
          const history = single('history', argv.history);
          if (history !== undefined) {
            const { checkHistory } = await import('./commands/check-history.ts');
            const scenario = onlyOne('--history', 'scenario', argv.scenario);
            const design = argv.design === undefined ? undefined : onlyOne('--history', '--design', argv.design);
            end(
              checkHistory({ scenario, changes: changesOf(argv), history, design, json: argv.json === true }, terminal),
            );
            return;
          }
          const { check } = await import('./commands/check.ts');
          const { seed, ...changes } = argv;
          end(
            await check(
              {
                scenarios: argv.scenario ?? [],
                changes: changesOf(changes),
                runs: countOf('runs', argv.runs, RUNS, MAX_RUNS),
                milliseconds: parseTime(single('time', argv.time)),
                seed: single('seed', seed) ?? '1',
                messages: countOf('messages', argv.messages, MESSAGES, MAX_MESSAGES),
                designs: argv.design ?? [],
                threads: threadsOf(argv.threads),
                out: single('out', argv.out),
                json: argv.json === true,
              },
              terminal,
            ),
          );
        },
      )
      .command(
        'trace <scenario>',
        'Tell the life of one message, record by record',
        (y) =>
          withoutReplications(y.positional('scenario', { type: 'string', demandOption: true, describe: SCENARIO }))
            .option('message', {
              type: 'string',
              requiresArg: true,
              demandOption: true,
              describe:
                'Which request: its place in the order of arrival from 0 on (12; orders/12 where there are several traffics), or slowest, redelivered, dead-lettered, lost-reply, failed: the first such one',
            })
            .option('design', { type: 'string', requiresArg: true, describe: 'The design (default: the only one)' })
            .option('replication', {
              type: 'string',
              requiresArg: true,
              describe: 'The replication, from 0 on (default: 0)',
            })
            .option('json', { type: 'boolean', describe: 'Print its records as one line of JSON' }),
        async (argv) => {
          const { trace } = await import('./commands/trace.ts');
          const message = single('message', argv.message) as string;
          const options = {
            design: single('design', argv.design),
            replication: single('replication', argv.replication),
          };
          const changes = changesOf(argv);
          end(
            await trace({ scenario: argv.scenario, changes, message, ...options, json: argv.json === true }, terminal),
          );
        },
      )
      .command(
        'validate <scenario..>',
        'Tell all errors of a scenario, run nothing',
        (y) =>
          withChanges(scenarios(y)).option('json', {
            type: 'boolean',
            describe: 'Print one line of JSON per scenario',
          }),
        async (argv) => {
          const { validate } = await import('./commands/validate.ts');
          end(validate({ scenarios: argv.scenario, changes: changesOf(argv), json: argv.json === true }, terminal));
        },
      )
      .command(
        'report <result..>',
        'Build the report again from results, without simulating',
        (y) =>
          y
            .positional('result', {
              type: 'string',
              array: true,
              demandOption: true,
              describe: 'result.json, its folder, or a scenario that was run to out/<name>',
            })
            .option('out', {
              type: 'string',
              requiresArg: true,
              describe: 'Folder of the report (default: beside the result)',
            })
            .option('format', formatOption)
            .option('json', { type: 'boolean', describe: 'Print what was written as one line of JSON per result' }),
        async (argv) => {
          const { report } = await import('./commands/report.ts');
          const formats = parseFormats(argv.format ?? DEFAULT_FORMATS);
          end(
            await report(
              { results: argv.result, out: single('out', argv.out), formats, json: argv.json === true },
              terminal,
            ),
          );
        },
      )
      .command(
        'diff <a> <b>',
        'Two results side by side; exit code 1 when the second is worse',
        (y) =>
          y
            .positional('a', { type: 'string', demandOption: true, describe: `${RESULT}; what is compared with` })
            .positional('b', { type: 'string', demandOption: true, describe: `${RESULT}; what is judged` })
            .option('tolerance', {
              type: 'string',
              requiresArg: true,
              describe: 'What may be worse, as a share of the former value (default: 5%)',
            })
            .option('json', { type: 'boolean', describe: 'Print one line of JSON, with every figure that differs' })
            .epilogue('Two designs of one result: spillway diff out/flash-sale#sync out/flash-sale#queued'),
        async (argv) => {
          const { diff } = await import('./commands/diff.ts');
          const tolerance = parseTolerance(single('tolerance', argv.tolerance) ?? '5%');
          end(diff({ a: argv.a, b: argv.b, tolerance, json: argv.json === true }, terminal));
        },
      )
      .command(
        'list',
        'List the scenarios at hand, with the question of each',
        (y) => y.option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
        async (argv) => {
          const { list } = await import('./commands/list.ts');
          end(list({ json: argv.json === true }, terminal));
        },
      )
      .command(
        'init [name]',
        'Write a commented scenario, by questions or options',
        (y) =>
          y
            .positional('name', {
              type: 'string',
              describe: `Name of the scenario and its file (default: ${PRESETS.name})`,
            })
            .option('traffic', {
              type: 'string',
              requiresArg: true,
              describe: `Usual rate (default: ${PRESETS.traffic})`,
            })
            .option('spike', {
              type: 'string',
              requiresArg: true,
              describe: `Highest rate, or none (default: ${PRESETS.spike})`,
            })
            .option('work', {
              type: 'string',
              requiresArg: true,
              describe: `Time of the database for one request (default: ${PRESETS.work})`,
            })
            .option('design', {
              type: 'string',
              array: true,
              requiresArg: true,
              describe: `Designs to compare, comma-separated (default: ${PRESETS.designs})`,
            })
            .option('yes', { type: 'boolean', describe: 'Ask nothing: take the defaults of what is not given' })
            .option('json', { type: 'boolean', describe: 'Print what was written as one line of JSON' }),
        async (argv) => {
          const { init } = await import('./commands/init.ts');
          const given = {
            name: argv.name,
            traffic: single('traffic', argv.traffic),
            spike: single('spike', argv.spike),
            work: single('work', argv.work),
            designs: argv.design?.join(','),
          };
          end(await init({ given, yes: argv.yes === true, json: argv.json === true }, terminal));
        },
      )
      .command(
        'explain [type] [setting]',
        'Settings, limits and defaults of a type, with sources',
        (y) =>
          y
            .positional('type', { type: 'string', describe: 'service, sqs, calls, …; left out: what can be explained' })
            .positional('setting', { type: 'string', describe: 'One of its settings, such as redrive.maxReceiveCount' })
            .option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
        async (argv) => {
          const { explain } = await import('./commands/explain.ts');
          end(explain({ type: argv.type, setting: argv.setting, json: argv.json === true }, terminal));
        },
      )
      .command(
        'schema',
        'Print the JSON Schema of a scenario, for editors',
        (y) => y.option('json', { type: 'boolean', describe: 'Print it on one line' }),
        async (argv) => {
          const { schema } = await import('./commands/schema.ts');
          end(schema({ json: argv.json === true }, terminal));
        },
      )
      .command(
        'completion [shell]',
        'Print a script that completes words in a shell',
        (y) =>
          y
            .positional('shell', { type: 'string', describe: 'bash or zsh (default: the one in $SHELL)' })
            .option('json', { type: 'boolean', describe: 'Print one line of JSON' }),
        async (argv) => {
          const { completion } = await import('./commands/completion.ts');
          end(completion({ shell: parseShell(argv.shell), json: argv.json === true }, terminal));
        },
      )
      // The shells' scripts ask through it; the name is one that nobody types.
      .completion(COMPLETE, false, completeWords(args))
      .demandCommand(1, `expected one of the commands ${COMMANDS}`)
      .strict()
      .strictCommands()
      .version(packageVersion())
      .wrap(Math.min(terminal.width, 110))
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

const COMMANDS = 'run, check, trace, validate, report, diff, list, init, explain, schema, completion';

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

const RESULT = 'Result file, its folder, or a scenario that was run to out/<name>; may end in #design';

const designOption = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: 'Only this design (may be repeated)',
} as const;

const threadsOption = {
  type: 'string',
  requiresArg: true,
  describe: 'Worker threads (default: one per processor)',
} as const;

const formatOption = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: `What to write, comma-separated: ${FORMATS.join(',')} (default: all but png)`,
} as const;

function scenarios(y: Argv) {
  return y.positional('scenario', {
    type: 'string',
    array: true,
    demandOption: true,
    describe: SCENARIO,
  });
}

const SCENARIO = 'Scenario file (YAML or JSON), or the name of one that `spillway list` shows';

/** Options that change a scenario before it is checked. */
function withChanges<T>(y: Argv<T>) {
  return withoutReplications(y).option('replications', {
    type: 'string',
    requiresArg: true,
    describe: 'Replications of each design',
  });
}

function withoutReplications<T>(y: Argv<T>) {
  return y
    .option('seed', { type: 'string', requiresArg: true, describe: 'Master seed, in place of the scenario’s' })
    .option('set', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'path=value: change a setting (may be repeated)',
    })
    .option('traffic', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe:
        'orders=file.csv,time=column[,count=column,every=5m,scale=2x,speed=2x]: a recording in place of a traffic',
    });
}

interface ChangeArguments {
  readonly seed?: string | undefined;
  readonly replications?: string | undefined;
  readonly set?: string[] | undefined;
  readonly traffic?: string[] | undefined;
}

function changesOf(argv: ChangeArguments): Changes {
  const seed = single('seed', argv.seed);
  const replications = single('replications', argv.replications);
  const overrides = (argv.set ?? []).map(parseSet);
  // As YAML text: quoted, or 007 would become a number.
  if (seed !== undefined) overrides.push({ path: 'seed', value: JSON.stringify(seed) });
  if (replications !== undefined) {
    overrides.push({ path: 'replications', value: String(parseCount('replications', replications, MAX_REPLICATIONS)) });
  }
  return { overrides, traffic: (argv.traffic ?? []).map(parseTraffic) };
}

function countOf(option: string, value: string | undefined, preset: number, most: number): number {
  const text = single(option, value);
  return text === undefined ? preset : parseCount(option, text, most);
}

function threadsOf(value: string | undefined): number | undefined {
  const text = single('threads', value);
  return text === undefined ? undefined : parseCount('threads', text, MAX_THREADS);
}

/** @throws UserError `bad-option` where there are none or several */
function onlyOne(option: string, what: string, values: readonly string[] | undefined): string {
  const [value, ...others] = values ?? [];
  if (value !== undefined && others.length === 0) return value;
  throw new UserError('bad-option', `${option} → expected one ${what}`);
}

/** yargs makes a list of what is given twice, whatever the type says. */
function single(option: string, value: string | readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    throw new UserError(
      'bad-option',
      `--${option} is given ${value.length} times (${value.join(', ')}) → expected once`,
    );
  }
  if (value === '') throw new UserError('bad-option', `--${option} is empty → expected a value`);
  return value;
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
