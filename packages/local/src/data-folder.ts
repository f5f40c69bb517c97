import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@mcp-gateway/common/config';
import { answers } from '@mcp-gateway/runtime/supervisor';

/** What survives a restart, and where the parts meet while they run. */
export interface DataFolder {
  root: string;
  postgres: string;
  replicaLogs: string;
  /** Short, because the path of a Unix socket ends at 107 bytes and a home folder may be deep. */
  sockets: string;
  supervisorSocket: string;
  /** 32 bytes in base64. Kept, so that session ids outlive a restart of the data plane. */
  sessionKey: string;
}

/** @throws ConfigError when another gateway uses the folder, or it cannot be written */
export async function dataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new ConfigError(
      `The data folder ${path} cannot be made: ${error.message}. Set MCP_GATEWAY_DATA to another one.`,
    );
  });
  const root = await realpath(path);
  const sockets = await socketFolder(root);
  const supervisorSocket = join(sockets, 'supervisor.sock');
  if (await answers(supervisorSocket)) {
    throw new ConfigError(
      `Another gateway uses the data folder ${root}. Stop it, or set MCP_GATEWAY_DATA to another one.`,
    );
  }
  return {
    root,
    postgres: join(root, 'postgres'),
    replicaLogs: join(root, 'logs', 'replicas'),
    sockets,
    supervisorSocket,
    sessionKey: await sessionKey(join(root, 'session.key')),
  };
}

/** One folder for each data folder and user. Its name can be guessed, so whose it is has to be checked. */
async function socketFolder(root: string): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const path = join(await realpath(tmpdir()), `mcp-gateway-${uid}-${hash}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new ConfigError(`${path} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own.`);
  }
  return path;
}

async function sessionKey(file: string): Promise<string> {
  const key = randomBytes(32).toString('base64');
  try {
    await writeFile(file, key, { flag: 'wx', mode: 0o600 });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return (await readFile(file, 'utf8')).trim();
    throw error;
  }
}
