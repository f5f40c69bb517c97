import type { DesiredWorkload } from '../../workload.js';
import { pathOfRevision, REVISION_ANNOTATION } from '../ownership/labels.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

/**
 * The path on which pods of a revision serve MCP, as recorded when the revision was applied; undefined without a record. The
 * StatefulSet carries the record, because a new annotation in the pod template would replace every pod.
 */
export const servedPath = (statefulSet: WorkloadObjects['statefulSet'], revision: string): string | undefined =>
  statefulSet?.metadata.annotations?.[pathOfRevision(revision)];

/**
 * The paths to record: that of the desired revision, and those of other revisions that still have pods. Obsolete records disappear
 * with the next change, because a change for them alone would be one more request for each rollout.
 */
export function pathsToRecord(
  { statefulSet, pods }: WorkloadObjects,
  { workload, revision: desired }: DesiredWorkload,
): Record<string, string> {
  const annotations = statefulSet?.metadata.annotations ?? {};
  if (annotations[REVISION_ANNOTATION] === desired && servedPath(statefulSet, desired) === workload.path)
    return notesIn(annotations);
  // Pods of the last applied revision may exist before the informer shows them.
  const revisions = [statefulSet, ...pods].map((object) => object?.metadata.annotations?.[REVISION_ANNOTATION] ?? '');
  const known = revisions.map((revision) => [revision, servedPath(statefulSet, revision)] as const);
  return inOrder([
    ...known.flatMap(([revision, path]): [string, string][] => (path === undefined ? [] : [[revision, path]])),
    [desired, workload.path],
  ]);
}

/** In the order in which the API server lists annotations, so that the hash of a manifest is the same for every worker. */
const inOrder = (paths: [revision: string, path: string][]): Record<string, string> =>
  Object.fromEntries(paths.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

function notesIn(annotations: Record<string, string>): Record<string, string> {
  const prefix = pathOfRevision('');
  const notes = Object.entries(annotations).filter(([key]) => key.startsWith(prefix));
  return inOrder(notes.map(([key, path]) => [key.slice(prefix.length), path]));
}
