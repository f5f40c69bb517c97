import type { KubeObject } from './api/objects.js';
import { ADAPTER, ADAPTER_ID, GATEWAY } from './labels.js';
import type { Manifest } from './objects/manifest.js';

/** What the watch shows as one of this gateway's: the same as `selectorOf`. */
export const isMarked = ({ metadata: { labels = {} } }: KubeObject, gateway: string): boolean =>
  labels[GATEWAY] === gateway && labels[ADAPTER] !== undefined;

/**
 * Whether an object that has the name of ours is ours. Somebody may have taken our labels off it, but nobody else writes
 * the id of our adapter on theirs.
 */
export function belongsTo({ metadata: { labels = {}, annotations = {} } }: KubeObject, ours: Manifest): boolean {
  const { metadata } = ours;
  return (
    annotations[ADAPTER_ID] === metadata.annotations[ADAPTER_ID] &&
    [GATEWAY, ADAPTER].every((label) => labels[label] === undefined || labels[label] === metadata.labels[label])
  );
}
