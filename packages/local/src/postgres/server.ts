import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@mcp-gateway/database';
import { type GuardedChild, spawnGuarded } from '@mcp-gateway/runtime/child-guard';
import { alternativeHint } from './cluster.js';
import { type Command, PATH } from './server-user.js';
import type { OutputLog } from './log-file.js';

const POLL_MS = 10;
/** Bounds the wait for a process that is suspended. */
const END_MS = 1_000;
/** PostgreSQL refuses to start while backends of a killed server still write. */
const BACKENDS_LEFT = 'pre-existing shared memory block';

export interface PostgresLaunch {
  command: Command;
  env: Record<string, string>;
  log: OutputLog;
  timeoutMs: number;
  /** Resolves when the server accepts connections. */
  probe: () => Promise<unknown>;
}

export interface PostgresServer extends GuardedChild {
  /** Waits until every process of the server has ended: backends outlive a killed server for a moment, and still answer. */
  end(): Promise<unknown>;
}

/**
 * Starts the server and waits for the probe.
 * @throws Error with the last output of the server
 */
export async function launchPostgres(options: PostgresLaunch): Promise<PostgresServer> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const { server, output } = await spawn(options);
    // Every process of the server holds the log open, so its end is theirs.
    const end = () => Promise.race([output.end, sleep(END_MS, undefined, { ref: false })]);
    try {
      const outcome = await firstOf(server, options.probe, deadline);
      if (outcome === 'ready') return { ...server, end };
      if (outcome === 'late') throw new Error(`PostgreSQL did not accept connections within ${options.timeoutMs} ms`);
      await end();
      if (!output.text().includes(BACKENDS_LEFT) || Date.now() > deadline) {
        throw new Error(`PostgreSQL ended with code ${outcome}`);
      }
    } catch (cause) {
      await server.kill();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${reason}; see ${options.log.path}\n${output.text()}\n${alternativeHint()}`, { cause });
    }
    await sleep(POLL_MS);
  }
}

async function spawn({ command, env, log }: PostgresLaunch) {
  const server = await spawnGuarded({
    ...command,
    env: { PATH, LC_ALL: 'C', ...env },
    cwd: '/', // the user of the server may not read the working directory
    signal: 'INT', // the fast shutdown; after TERM the server would wait for every client to disconnect
  });
  return { server, output: log.record(server.stdout, server.stderr) };
}

async function firstOf(
  server: GuardedChild,
  probe: PostgresLaunch['probe'],
  deadline: number,
): Promise<number | 'ready' | 'late'> {
  let code: number | undefined;
  void server.exited.then((status) => (code = status));
  while (code === undefined) {
    if (await succeeds(probe)) return 'ready';
    if (Date.now() > deadline) return 'late';
    await Promise.race([server.exited, sleep(POLL_MS)]);
  }
  return code;
}

async function succeeds(probe: PostgresLaunch['probe']): Promise<boolean> {
  try {
    await probe();
    return true;
  } catch (error) {
    if (isDatabaseUnavailable(error)) return false;
    throw error;
  }
}

/** Settings for one machine and a few clients: little memory, few processes, no replication. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '60',
  shared_buffers: '16MB',
  min_wal_size: '16MB',
  max_wal_size: '128MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

export function serverArguments(
  dataDir: string,
  socketDir: string,
  extra: Readonly<Record<string, string>> = {},
): string[] {
  // The setting is a list, so a comma in the path has to be quoted; Postgres doubles quotes inside quotes.
  const settings = { ...SETTINGS, unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`, ...extra };
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
