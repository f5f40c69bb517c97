import os from 'node:os';
import { contextsFile, contextsPath } from './frame/contexts-file.js';
import { EXIT } from './frame/exit.js';
import { runCommandLine, version } from './program.js';

const interrupt = new AbortController();
// A second Ctrl-C ends the command wherever it is.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
// The reader of a pipe, such as `head`, may leave early.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed));
}

const variables = process.env;
const { stdin, stdout, stderr } = process;

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: { stdin, stdout, stderr, noColour: Boolean(variables['NO_COLOR']) },
  variables,
  contexts: contextsFile(contextsPath(variables, { home: os.homedir(), platform: process.platform })),
  signal: interrupt.signal,
  version,
});
