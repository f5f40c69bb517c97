import type { KubeObject } from './api/objects.js';
import { ADAPTER, GATEWAY } from './labels.js';

/** What the watch shows as one of this gateway's: the same as `labelSelector`. */
export const hasOwnerLabels = ({ metadata: { labels = {} } }: KubeObject, gateway: string): boolean =>
  labels[GATEWAY] === gateway && labels[ADAPTER] !== undefined;
