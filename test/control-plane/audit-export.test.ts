import { describe, expect, it } from '@jest/globals';
import { auditRows } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { record } from './support/audit.js';
import { caller } from './support/callers.js';
import { startControlPlane } from './support/control-plane.js';

const ROOT = { subject: 'root', name: 'root', roles: ['mcp.admin'], tenant: 'default' };

/** A database with the records of calls of these tools. */
async function databaseOf(...tools: string[]) {
  const database = connect(await freshDatabase());
  await auditRows(database).append(tools.map((tool) => JSON.stringify(record({ tool }))));
  return database;
}

describe('an export ends', () => {
  it('when the sign-in of its caller ends', async () => {
    const database = await databaseOf('a');
    for (const [expiresAt, lines] of [[Date.now(), /"tool":"a"/] as const, [1, /^$/] as const]) {
      const { url } = await startControlPlane({ database, verifier: () => ({ ...ROOT, expiresAt }) });
      expect((await caller(url, 'root').get('/audit/export?action=mcp.*')).text).toMatch(lines);
    }
  });

  it('before the next page when the sign-in of its caller is revoked', async () => {
    const database = await databaseOf(...Array.from({ length: 1_000 }, (_, at) => `${at}`), 'later');
    let asked = 0;
    const { url } = await startControlPlane({ database, verifier: () => ROOT, isHeld: () => ++asked === 1 });
    const { text } = await caller(url, 'root').get('/audit/export?action=mcp.*');
    expect(text).toContain('"tool":"999"');
    expect(text).not.toContain('later');
  });
});
