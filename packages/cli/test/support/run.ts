import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../../../../test/support/postgres.js';
import { contextsFile } from '../../src/frame/contexts-file.js';
import type { Surroundings } from '../../src/frame/frame.js';
import { runCommandLine } from '../../src/program.js';

export interface Ran {
  exit: number;
  out: string;
  err: string;
}

export interface RunOptions {
  variables?: Surroundings['variables'];
  /** Standard input. */
  input?: string;
  /** Both outputs and the input are a terminal. */
  isTTY?: boolean;
  /** The width of the terminal. */
  columns?: number;
  signal?: AbortSignal;
  /** The file of contexts. */
  file?: string;
  /** Instead of requests to a gateway. */
  fetch?: typeof globalThis.fetch;
}

/** Runs one command line of `mcp-gateway` in this process. */
export async function mcpGateway(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { variables = {}, input = '', isTTY = false, signal = new AbortController().signal } = options;
  const stream = () =>
    Object.assign(new PassThrough(), { isTTY, ...(options.columns && { columns: options.columns }) });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()] as const;
  stdin.end(input);
  const file = options.file ?? join(await temporaryFolder(), 'contexts.yaml');
  const running = runCommandLine(args, {
    terminal: { stdin, stdout, stderr, noColour: Boolean(variables.NO_COLOR) },
    variables,
    contexts: contextsFile(file),
    signal,
    version: '0.1.0',
    ...(options.fetch && { fetch: options.fetch }),
  }).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [exit, out, err] = await Promise.all([running, text(stdout), text(stderr)]);
  return { exit, out, err };
}

/** The same, always with these arguments first: the gateway and the caller. */
export const callerOf =
  (url: string, user = 'alice', roles = 'mcp.dev') =>
  (line: string | readonly string[], options?: RunOptions): Promise<Ran> =>
    mcpGateway(
      ['--gateway', url, '--as', user, '--roles', roles, ...(typeof line === 'string' ? line.split(' ') : line)],
      options,
    );
