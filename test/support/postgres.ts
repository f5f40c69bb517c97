import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { connectDatabase, createDatabase, type ConnectOptions, type Database } from '@mcp-gateway/database';
import { startPostgres, type Postgres } from '@mcp-gateway/local/postgres';

export const silent = createLogger('test', 'silent');

/** The data need not survive a crash of the machine, only one of the server, so the server never waits for the disk. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off' };

/** Runs the clean-up in reverse order when the tests of the file have ended. */
const cleanUps: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A folder under the system's temporary one; short, because sockets are in there. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server in the folder, which ends with the tests at the latest. */
export async function postgresIn(folder: string): Promise<Postgres> {
  const postgres = await startPostgres({
    dataDir: join(folder, 'data'),
    socketDir: join(folder, 's'),
    log: silent,
    settings: SETTINGS,
  });
  cleanUps.push(() => postgres.kill());
  return postgres;
}

let own: Promise<Postgres> | undefined;

/** The server that all files share (one-postgres.mjs); in a run without one, this file's own. */
export async function sharedPostgres(): Promise<Pick<Postgres, 'url'>> {
  const shared = process.env['MCP_GATEWAY_TEST_POSTGRES'];
  return shared ? { url: (name) => shared.replace('NAME', name) } : (own ??= temporaryFolder().then(postgresIn));
}

/** The URL of a migrated database for this caller only, on the server of one-postgres.mjs. */
export const freshDatabase = (): Promise<string> => emptyDatabase('migrated');

/** The URL of a database for this caller only, without the gateway's tables. */
export async function emptyDatabase(from?: string): Promise<string> {
  const { url } = await sharedPostgres();
  const name = `test_${randomUUID()}`;
  await createDatabase(url('postgres'), name, from);
  return url(name);
}

const connections: Database[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((database) => database.$disconnect()));
});

/** It ends with the test. */
export function connect(url: string, options: Partial<ConnectOptions> = {}): Database {
  const database = connectDatabase(url, { poolSize: 5, ...options });
  connections.push(database);
  return database;
}
