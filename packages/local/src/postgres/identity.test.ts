import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '@mcp-gateway/database';
import { findBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import {
  chooseIdentity,
  hasUserNamespaces,
  isRoot,
  nobody,
  ordinaryUser,
  rootInNamespace,
  type Identity,
} from './identity.js';
import { logFile } from './log-file.js';
import { launch } from './server.js';
import { serverArguments } from './settings.js';
import { makeSocketDir, socketUrl } from './socket.js';

const identities = isRoot() ? [nobody, ...((await hasUserNamespaces()) ? [rootInNamespace] : [])] : [ordinaryUser];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpgw-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The steps of startPostgres, as somebody. */
async function runAs(identity: Identity) {
  const [dataDir, socketDir, log] = [join(folder, 'data'), join(folder, 's'), logFile(join(folder, 'log'))];
  const { initdb, postgres } = await findBinaries();
  await makeSocketDir(socketDir);
  await identity.own(socketDir);
  await ensureCluster(dataDir, initdb, identity, log);
  const server = await launch({
    command: identity.run(postgres, serverArguments(dataDir, socketDir)),
    env: {},
    log,
    timeoutMs: 10_000,
    probe: () => createDatabase(socketUrl(socketDir, 'postgres'), 'mcp_gateway'),
  });
  return { dataDir, server };
}

describe.each(identities)('as $name', (identity) => {
  it('makes a cluster and runs it', async () => {
    const { dataDir, server } = await runAs(identity);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(await server.stop()).toBe(0);
  });

  it('takes over a cluster that somebody else made', async () => {
    for (const other of identities) {
      await (await runAs(other)).server.stop();
      const { server } = await runAs(identity);
      expect(await server.stop()).toBe(0);
    }
  });
});

if (isRoot()) {
  it('says what to do when nobody may not enter the folder', async () => {
    chmodSync(folder, 0o700);
    await expect(runAs(nobody)).rejects.toThrow(/initdb failed.*ermission denied.*Set DATABASE_URL.*ordinary user/s);
  });
}

it('chooses one of them', async () => {
  expect(identities).toContain(await chooseIdentity());
});
