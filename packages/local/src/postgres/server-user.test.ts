import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { createDatabase } from '@mcp-gateway/database';
import { ensureCluster, findBinaries } from './cluster.js';
import {
  chooseServerUser,
  hasUserNamespaces,
  isRoot,
  nobodyUser,
  ordinaryUser,
  rootInNamespace,
  type ServerUser,
} from './server-user.js';
import { outputLog } from './log-file.js';
import { launchPostgres, serverArguments } from './server.js';
import { makeSocketDir, socketUrl } from './socket.js';

const identities = isRoot() ? [nobodyUser, ...((await hasUserNamespaces()) ? [rootInNamespace] : [])] : [ordinaryUser];

/** Where each has made a cluster. */
const folders = new Map<ServerUser, string>();
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function folderOf(identity: ServerUser): string {
  const folder = folders.get(identity) ?? mkdtempSync(join(tmpdir(), 'mcpgw-'));
  folders.set(identity, folder);
  chmodSync(folder, 0o755);
  return folder;
}

/** The steps of startPostgres, as somebody. */
async function runAs(identity: ServerUser, folder: string) {
  const [dataDir, socketDir, log] = [join(folder, 'data'), join(folder, 's'), outputLog(join(folder, 'log'))];
  const { initdb, postgres } = await findBinaries();
  await makeSocketDir(socketDir);
  await identity.own(socketDir);
  await ensureCluster(dataDir, initdb, identity, log);
  const server = await launchPostgres({
    command: identity.run(postgres, serverArguments(dataDir, socketDir)),
    env: {},
    log,
    timeoutMs: 10_000,
    probe: () => createDatabase(socketUrl(socketDir, 'postgres'), 'mcp_gateway'),
  });
  return { dataDir, server };
}

it.each(identities)('creates a cluster and runs it as $name', async (identity) => {
  const { dataDir, server } = await runAs(identity, folderOf(identity));
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(await server.stop()).toBe(0);
});

it.each(identities)('takes over a cluster of another user as $name', async (identity) => {
  for (const other of identities) {
    const folder = folderOf(other);
    await (await runAs(other, folder)).server.stop();
    const { server } = await runAs(identity, folder);
    expect(await server.stop()).toBe(0);
  }
});

if (isRoot()) {
  it('says what to do when the user `nobody` may not enter the folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpgw-')); // closed to others
    try {
      const message = /initdb failed.*ermission denied.*Set DATABASE_URL.*ordinary user/s;
      await expect(runAs(nobodyUser, folder)).rejects.toThrow(message);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

it('chooses one of them', async () => {
  expect(identities).toContain(await chooseServerUser());
});
