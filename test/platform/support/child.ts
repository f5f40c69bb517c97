import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterTest } from '../../support/clean-up.js';
import { waitFor } from '../../support/wait.js';

export interface Child {
  process: ChildProcess;
  messages: unknown[];
  output(): string;
  /** Resolves when it has written the text. */
  writes(text: string): Promise<unknown>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** Runs the text as a module of this package in a Node of its own, with an IPC channel; killed after the test. */
export function runModule(text: string, { ipc = true } = {}): Child {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    cwd: HERE,
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  afterTest(() => child.kill('SIGKILL'));
  let all = '';
  const streams = [child.stdout as Readable, child.stderr as Readable];
  for (const stream of streams) stream.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  return {
    process: child,
    messages,
    output: () => all,
    writes: (what) => waitFor(`the child to write ${what}`, () => all.includes(what)),
    // The `close` event of the process is missing when this side has closed the channel.
    ended: Promise.all([once(child, 'exit'), ...streams.map((stream) => once(stream, 'close'))]).then(
      ([[code, signal]]) => (code ?? signal) as number | string,
    ),
  };
}
