import type { KubeObject, StatefulSet } from './api/objects.js';
import { isFieldManager, ownsIdField } from './field-manager.js';
import { ADAPTER_ID } from './labels.js';

/** The id of the adapter that an object was made for; null when nothing tells. An id that somebody else wrote over ours is none. */
export function ownerIdOf(gateway: string, object: KubeObject): string | null {
  const written = object.metadata.annotations?.[ADAPTER_ID] ?? null;
  if (!isFieldManager(gateway, object) || ownsIdField(gateway, object)) return written;
  const { spec } = object as Partial<StatefulSet>;
  return spec?.template?.metadata?.annotations?.[ADAPTER_ID] ?? null; // its pods are told, too
}

/** Whether it was made for this adapter: not by somebody else, and not for an earlier adapter of the name. */
export function isOwnedBy(gateway: string, object: KubeObject, adapterId: string): boolean {
  const id = ownerIdOf(gateway, object);
  return id === null ? isFieldManager(gateway, object) : id === adapterId;
}
