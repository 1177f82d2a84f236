#!/usr/bin/env node
/** The bin: arguments in, exit code out. */
import { main } from './cli.ts';
import { endQuietlyOnClosedPipe, hostTerminal } from './terminal.ts';

endQuietlyOnClosedPipe();
process.exitCode = await main(process.argv.slice(2), hostTerminal());
