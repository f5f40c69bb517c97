import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import type { Logger } from '@mcp-gateway/platform/logging';
import { launch, PortTakenError } from './launch.js';
import { chooseServer, type ServerKind } from './server.js';

const PORT_MS = 10_000;
const POLL_MS = 200;

export interface RedisOptions {
  /** Default: a free one. A given one keeps the URL when the server is started again, so that clients come back. */
  port?: number;
  /** Folders to search for redis-server and valkey-server: folders, as in PATH. */
  path: string;
  /** Made when it is not there. Holds the password; the data themselves are not kept. */
  dataDir: string;
  log: Logger;
}

export interface Redis {
  /** With the password in it. */
  readonly url: string;
  readonly kind: ServerKind;
  /** Resolves with the exit code when the server is gone, for whatever reason. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts a Redis or Valkey on loopback that ends when this process ends, in whatever way: the one that is installed,
 * or the one that comes with the gateway as WebAssembly.
 * @throws Error with the server's last words when it does not start, or when the given port stays taken.
 */
export async function startRedis({ port, path, dataDir, log }: RedisOptions): Promise<Redis> {
  const started = performance.now();
  const { file, password } = await passwordFile(dataDir);
  const server = await chooseServer(path, log);
  const deadline = Date.now() + PORT_MS;
  for (;;) {
    const chosen = port ?? (await freePort());
    try {
      const guarded = await launch({ ...server.command(chosen, file), dataDir, port: chosen, password, log });
      log.info({ kind: server.kind, port: chosen, ms: Math.round(performance.now() - started) }, 'Redis runs');
      return {
        url: `redis://:${password}@127.0.0.1:${chosen}`,
        kind: server.kind,
        exited: guarded.exited,
        stop: async () => void (await guarded.stop()),
        kill: async () => void (await guarded.kill()),
      };
    } catch (error) {
      // A free port may be gone a moment later, and a predecessor may take a moment to leave the given one.
      if (!(error instanceof PortTakenError) || Date.now() > deadline) throw error;
      await delay(port === undefined ? 0 : POLL_MS);
    }
  }
}

/**
 * Loopback is open to every user of the machine, so the server asks for a password. It stands in a file that only the
 * owner reads, in the form of a configuration of one line, because arguments show in the list of processes.
 */
export async function passwordFile(dataDir: string): Promise<{ file: string; password: string }> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'redis.conf');
  const line = `requirepass ${randomBytes(24).toString('hex')}\n`;
  await writeFile(file, line, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // kept, so that the URL survives a restart
  });
  const [, password] = /^requirepass (\w+)$/m.exec(await readFile(file, 'utf8')) ?? [];
  if (!password) throw new Error(`${file} holds no password; delete it, and a new one is made`);
  return { file, password };
}
