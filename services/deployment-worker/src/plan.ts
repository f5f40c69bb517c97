import type { AdapterRow } from '@mcp-gateway/database';
import { desiredReplicas, revisionOf, type Observation } from '@mcp-gateway/runtime';
import { workloadOf } from './desired.js';

/**
 * apply   the runtime has to be told what the row says
 * report  the runtime has been told; publish and save what it shows
 * remove  something runs that no live row asks for, or runs for an earlier adapter of the name
 * wait    it is on its way out
 * purge   nothing runs any more, so the deleted row can go
 * forget  neither row nor workload
 */
export type Step = 'apply' | 'report' | 'remove' | 'wait' | 'purge' | 'forget';

/** What to do next, from what is wanted and what is seen. */
export function plan(row: AdapterRow | null, seen: Observation): Step {
  const live = row !== null && row.deletedAt === null;
  // An adapter that took over a name gets neither the processes nor the logs of the one before.
  if (seen.exists && (!live || seen.adapterId !== row.id)) return seen.removing ? 'wait' : 'remove';
  if (!live) return row ? 'purge' : 'forget';
  const wanted = workloadOf(row);
  const replicas = desiredReplicas(wanted.replicas, seen);
  const applied =
    seen.exists && !seen.removing && seen.revision === revisionOf(wanted) && seen.desiredReplicas === replicas;
  return applied ? 'report' : 'apply';
}
