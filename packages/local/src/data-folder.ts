import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '@mcp-gateway/platform/config';
import { lockFolder } from './folder-lock.js';

/** The files that survive a restart, and the sockets by which the parts connect. */
export interface DataFolder {
  root: string;
  postgres: string;
  replicaLogs: string;
  /** A short path: that of a Unix socket has at most 107 bytes, and a home folder may be deep. */
  sockets: string;
  supervisorSocket: string;
  /** 32 bytes in base64. The key survives a restart, and so do the session ids. */
  sessionKey: string;
  /** 32 bytes in base64. It survives a restart, and so do the API keys. */
  apiKeyPepper: string;
  /** Call this last: afterwards, another gateway may use the folder. */
  release(): Promise<void>;
}

const LOCK = 'lock.sock';

/**
 * Locks the folder before it changes anything in it.
 * @param isEnding whether this process is shutting down
 * @throws ConfigError when another gateway uses the folder, or it cannot be written
 */
export async function dataFolder(path: string, isEnding: () => boolean): Promise<DataFolder> {
  await makeFolders(path).catch(refuseAs(`The data folder ${path} cannot be created`));
  const root = await realpath(path);
  const sockets = await socketFolderOf(root);
  const lock = await lockFolder(join(sockets, LOCK), () => makeOwn(sockets), isEnding);
  if (!lock) {
    throw new ConfigError(
      `Another gateway uses the data folder ${root}. Stop it, or set MCP_GATEWAY_DATA to another one.`,
    );
  }
  const release = async () => {
    const left = (await readdir(sockets)).filter((name) => name !== LOCK);
    await Promise.all(left.map((name) => rm(join(sockets, name), { recursive: true, force: true })));
    await lock.release();
    await rmdir(sockets).catch(() => {}); // another gateway may use it already
  };
  const secrets = [
    keptKey(join(root, 'session.key'), 'sessions that are open end with it'),
    keptKey(join(root, 'api-keys.pepper'), 'API keys go on with a new one'),
  ] as const;
  const [sessionKey, apiKeyPepper] = await Promise.all(secrets).catch(async (error: Error) => {
    await Promise.allSettled(secrets);
    await release();
    return refuseAs(`The data folder ${root} cannot be used`)(error);
  });
  return {
    root,
    postgres: join(root, 'postgres'),
    replicaLogs: join(root, 'logs', 'replicas'),
    sockets,
    supervisorSocket: join(sockets, 'supervisor.sock'),
    sessionKey,
    apiKeyPepper,
    release,
  };
}

const refuseAs =
  (fault: string) =>
  (error: Error): never => {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${fault}: ${error.message}. Set MCP_GATEWAY_DATA to another one.`);
  };

/** As `mkdir` with `recursive`, which never ends below /proc: the kernel answers ENOENT there although the parent exists. */
async function makeFolders(path: string): Promise<void> {
  const isFolder = () =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (await isFolder()) return;
  if (dirname(path) !== path) await makeFolders(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await isFolder())) throw error; // another gateway may create it at the same time
  });
}

/** A folder for each pair of data folder and user. */
async function socketFolderOf(root: string): Promise<string> {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return join(await realpath(tmpdir()), `mcp-gateway-${uid()}-${hash}`);
}

const uid = () => process.getuid?.() ?? 0;

/** Another user can guess the name of the folder, so check its owner. */
async function makeOwn(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== uid() || (found.mode & 0o077) !== 0) {
    throw new ConfigError(`${path} belongs to another user. Remove it, or set TMPDIR to a folder of your own.`);
  }
}

const KEY_BYTES = 32;

/** @param consequence of removing the file */
async function keptKey(file: string, consequence: string): Promise<string> {
  const key = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return newKey(file);
    throw error;
  });
  if (Buffer.from(key, 'base64').length === KEY_BYTES) return key.trim();
  throw new ConfigError(`${file} does not contain a key. Remove the file; ${consequence}.`);
}

/** Writes the whole key or nothing: half a key would make every later start fail. */
async function newKey(file: string): Promise<string> {
  const key = randomBytes(KEY_BYTES).toString('base64');
  const draft = `${file}.new`;
  await writeFile(draft, key, { mode: 0o600 });
  await rename(draft, file);
  return key;
}
