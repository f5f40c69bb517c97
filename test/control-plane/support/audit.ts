import type { AuditRows } from '@mcp-gateway/database';
import type { Answer, Caller } from './callers.js';
import { randomUUID } from 'node:crypto';
import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { afterTest } from '../../support/clean-up.js';
import { silent } from '../../support/postgres.js';
import { drainAudit, type DrainParts } from './sources.js';

/** A call of a tool by ada. */
export const record = (fields: Partial<AuditRecord> = {}): AuditRecord => ({
  id: randomUUID(),
  time: '2026-11-30T08:00:00.000Z',
  service: 'data-plane',
  action: 'mcp.tools/call',
  outcome: 'success',
  caller: { subject: 'ada', name: 'Ada', roles: [], tenant: 'default' },
  resource: { kind: 'adapter', name: 'echo' },
  ...fields,
});
const QUICK = { everyMs: 5, retryMs: 5, retentionMs: 5 };

/** Ends with the test, or when its result is called. */
export function drain(parts: Pick<DrainParts, 'stream' | 'rows'> & Partial<DrainParts>) {
  const end = drainAudit({ retentionDays: 90, log: silent, timing: QUICK, ...parts });
  afterTest(end);
  return end;
}

/** Calls the audit for each of its documented answers. */
export async function giveAuditAnswers(
  given: (operation: string, ...those: Answer[]) => Promise<void>,
  { root, adminInOutage, rows }: { root: Caller; adminInOutage: Caller; rows: AuditRows },
) {
  await rows.append([record(), record()].map((each) => JSON.stringify(each)));
  await given(
    'GET /audit',
    await root.get('/audit?limit=1'),
    await root.get('/audit?limit=0'),
    await adminInOutage.get('/audit'),
  );
  await given(
    'GET /audit/export',
    await root.get('/audit/export'),
    await root.get('/audit/export?since=x'),
    await adminInOutage.get('/audit/export'),
  );
}
