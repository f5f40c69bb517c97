import { revisionOf, type Workload } from '../../workload.js';
import { pathOfRevision, REVISION } from '../ownership/labels.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

/**
 * Where pods of a revision serve MCP, as it was noted when the revision was applied; undefined of one from before paths were
 * noted. It stands at the StatefulSet, since an annotation more in the template of pods would replace all there are.
 */
export const servedPath = (statefulSet: WorkloadObjects['statefulSet'], revision: string): string | undefined =>
  statefulSet?.metadata.annotations?.[pathOfRevision(revision)];

/**
 * Paths by revision: that of the wanted one, and of others what is known as long as there are pods of theirs. What is no longer
 * needed goes with the next change, as to take it away by itself would be a request more for each rollout.
 */
export function pathsToRecord({ statefulSet, pods }: WorkloadObjects, workload: Workload): Record<string, string> {
  const wanted = revisionOf(workload);
  const annotations = statefulSet?.metadata.annotations ?? {};
  if (annotations[REVISION] === wanted && servedPath(statefulSet, wanted) === workload.path)
    return notesIn(annotations);
  // Pods of the revision that was applied last may be there, and not be seen yet.
  const revisions = [statefulSet, ...pods].map((object) => object?.metadata.annotations?.[REVISION] ?? '');
  const known = revisions.map((revision) => [revision, servedPath(statefulSet, revision)] as const);
  return Object.fromEntries([
    ...known.flatMap(([revision, path]) => (path === undefined ? [] : [[revision, path]])),
    [wanted, workload.path],
  ]) as Record<string, string>;
}

function notesIn(annotations: Record<string, string>): Record<string, string> {
  const prefix = pathOfRevision('');
  const notes = Object.entries(annotations).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(notes.map(([key, path]) => [key.slice(prefix.length), path]));
}
