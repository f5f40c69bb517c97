import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@mcp-gateway/database';
import { leash, type Leashed } from '@mcp-gateway/runtime/leash';
import { instead } from './binaries.js';
import { PATH, type Command } from './identity.js';
import type { LogFile } from './log-file.js';

const POLL_MS = 10;
/** A stopped process could hold on for ever. */
const END_MS = 1_000;
/** Backends of a server that was killed still write; PostgreSQL refuses to start until they have noticed. */
const BACKENDS_LEFT = 'pre-existing shared memory block';

export interface Launch {
  command: Command;
  env: Record<string, string>;
  log: LogFile;
  timeoutMs: number;
  /** Succeeds when the server accepts connections. */
  probe: () => Promise<unknown>;
}

export interface Server extends Leashed {
  /** Waits until none of its processes is left: backends outlive a killed server for a moment, and go on answering. */
  end(): Promise<unknown>;
}

/** Starts the server and waits for the probe. @throws Error with the server's last words. */
export async function launch(options: Launch): Promise<Server> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const { server, said } = await spawn(options);
    // They all write to the log; when nobody is left to do so, they are gone.
    const end = () => Promise.race([said.end, sleep(END_MS, undefined, { ref: false })]);
    try {
      const outcome = await firstOf(server, options.probe, deadline);
      if (outcome === 'ready') return { ...server, end };
      if (outcome === 'late') throw new Error(`PostgreSQL did not accept connections within ${options.timeoutMs} ms`);
      await end();
      if (!said.text().includes(BACKENDS_LEFT) || Date.now() > deadline) {
        throw new Error(`PostgreSQL ended with code ${outcome}`);
      }
    } catch (cause) {
      await server.kill();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${reason}; see ${options.log.path}\n${said.text()}\n${instead()}`, { cause });
    }
    await sleep(POLL_MS);
  }
}

async function spawn({ command, env, log }: Launch) {
  const server = await leash({
    ...command,
    env: { PATH, LC_ALL: 'C', ...env },
    cwd: '/', // the working directory may be closed to whoever the server runs as
    signal: 'INT', // the fast shutdown; on TERM it would wait for every client to leave
  });
  return { server, said: log.record(server.stdout, server.stderr) };
}

async function firstOf(server: Leashed, probe: Launch['probe'], deadline: number): Promise<number | 'ready' | 'late'> {
  let code: number | undefined;
  void server.exited.then((status) => (code = status));
  while (code === undefined) {
    if (await succeeds(probe)) return 'ready';
    if (Date.now() > deadline) return 'late';
    await Promise.race([server.exited, sleep(POLL_MS)]);
  }
  return code;
}

async function succeeds(probe: Launch['probe']): Promise<boolean> {
  try {
    await probe();
    return true;
  } catch (error) {
    if (isDatabaseUnavailable(error)) return false;
    throw error;
  }
}
