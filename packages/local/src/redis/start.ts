import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import type { Logger } from '@mcp-gateway/platform/logging';
import { launchRedis, PortTakenError } from './launch.js';
import { chooseServer, type ServerKind } from './server.js';

const PORT_MS = 10_000;
const POLL_MS = 200;

export interface RedisOptions {
  /** Default: a free port. A fixed port keeps the URL over a restart, so that clients reconnect. */
  port?: number;
  /** Folders to search for redis-server and valkey-server, as in PATH. */
  path: string;
  /** Created on first use. It holds the password; the data are not persisted. */
  dataDir: string;
  log: Logger;
}

export interface Redis {
  /** The URL with the password. */
  readonly url: string;
  readonly kind: ServerKind;
  /** Resolves with the exit code when the server has ended, for any reason. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  /** Kills the server, as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts a Redis or Valkey on loopback: the installed one, or the embedded one, which is WebAssembly. The server ends when this
 * process ends in any way.
 * @throws Error with the last output of the server when it does not start, or when the given port stays taken
 */
export async function startRedis({ port, path, dataDir, log }: RedisOptions): Promise<Redis> {
  const started = performance.now();
  const { file, password } = await passwordFile(dataDir);
  const server = await chooseServer(path, log);
  const deadline = Date.now() + PORT_MS;
  for (;;) {
    const chosen = port ?? (await freePort());
    try {
      const guarded = await launchRedis({ ...server.command(chosen, file), dataDir, port: chosen, password, log });
      log.info({ server: server.kind, port: chosen, ms: Math.round(performance.now() - started) }, 'Redis is ready');
      return {
        url: `redis://:${password}@127.0.0.1:${chosen}`,
        kind: server.kind,
        exited: guarded.exited,
        stop: async () => void (await guarded.stop()),
        kill: async () => void (await guarded.kill()),
      };
    } catch (error) {
      // Another program may take a free port, and the last server may need a moment to release a fixed one.
      if (!(error instanceof PortTakenError) || Date.now() > deadline) throw error;
      await delay(port === undefined ? 0 : POLL_MS);
    }
  }
}

/**
 * Every user of the machine can connect to loopback, so the server requires a password. The password stands in a configuration file
 * that only the owner can read, because the process list shows arguments.
 */
export async function passwordFile(dataDir: string): Promise<{ file: string; password: string }> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'redis.conf');
  const line = `requirepass ${randomBytes(24).toString('hex')}\n`;
  await writeFile(file, line, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // the file exists: keep its password, so that the URL survives a restart
  });
  const [, password] = /^requirepass (\w+)$/m.exec(await readFile(file, 'utf8')) ?? [];
  if (!password) throw new Error(`${file} contains no password; delete it to get a new one`);
  return { file, password };
}
