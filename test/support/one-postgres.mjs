import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@mcp-gateway/platform/logging';
import { createDatabase, migrate } from '@mcp-gateway/database';
import { startPostgres } from '@mcp-gateway/local/postgres';

const log = createLogger('test', 'silent');
/** The data need not survive a crash of the machine, only one of the server, so the server never waits for the disk. */
const settings = { fsync: 'off', full_page_writes: 'off' };

let end = async () => {};

/**
 * One PostgreSQL for all files of a run: its setup takes longer than most files. Each file has databases of its own.
 * It ends with jest, however jest ends.
 */
export default async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-')); // short, because sockets are in there
  const server = await startPostgres({ dataDir: join(folder, 'data'), socketDir: join(folder, 's'), log, settings });
  end = async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  await createDatabase(server.url('postgres'), 'migrated');
  await migrate(server.url('migrated'), log);
  process.env.MCP_GATEWAY_TEST_POSTGRES = server.url('NAME');
}

export const tearDown = () => end();
