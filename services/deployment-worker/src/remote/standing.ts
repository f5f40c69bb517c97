import { createHash } from 'node:crypto';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import type { Standing, UntimedCondition } from '../plan.js';
import type { RemoteCheck } from './check.js';

type Row = ResourceRow<ResourceSpec>;

/**
 * How a resource stands whose server runs elsewhere. Its endpoint is published as ready whatever a check says: the data plane may reach the server when
 * this worker does not, has the credentials for it, and tells callers at once why a request fails.
 * @param check the last one; undefined before the first
 */
export function remoteStanding(row: Row, url: string, check: RemoteCheck | undefined): Standing {
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  // Another URL is another server, to which no session goes on.
  const id = `remote.${createHash('sha256')
    .update(JSON.stringify([row.id, url]))
    .digest('hex')
    .slice(0, 16)}`;
  const endpoints = [{ id, url: origin, path, ready: true, updated: true }];
  return { ...healthOf(row, check), endpoints, path };
}

function healthOf(row: Row, check: RemoteCheck | undefined): Pick<Standing, 'phase' | 'conditions'> {
  if (check) {
    const status = check.answers ? 'True' : 'False';
    return {
      phase: check.answers ? 'Ready' : 'Failed',
      conditions: [{ type: 'Ready', status, reason: check.reason, message: check.message }],
    };
  }
  // What another worker has seen, or this one before it was started again, counts until the first check has ended.
  const seen = row.conditions.filter(({ type }) => type === 'Ready');
  const isSeen = row.observedGeneration === row.generation && seen.length > 0;
  return isSeen ? { phase: row.phase, conditions: seen } : { phase: 'Progressing', conditions: [UNKNOWN] };
}

const UNKNOWN: UntimedCondition = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NotCheckedYet',
  message: 'The first check of the server is under way.',
};
