import type { Fields, KubeObject, StatefulSet } from '../api/types.js';
import { RESOURCE_ID, FIELD_MANAGERS, fieldManagerOf } from './labels.js';

type ManagedFields = NonNullable<KubeObject['metadata']['managedFields']>;

/**
 * Whether this gateway made it, as the API server has noted. Labels do not tell: whoever overwrites them takes the object out of
 * our watch.
 */
export const isFieldManager = (gateway: string, object: KubeObject): boolean => appliesOf(gateway, object).length > 0;

/**
 * Whether the adapter's id on it is still what this gateway wrote: a field that somebody edits is theirs from then on, and one that
 * is taken away is nobody's (Kubernetes, "Server-Side Apply", field management).
 */
export const ownsIdField = (gateway: string, object: KubeObject): boolean =>
  appliesOf(gateway, object).some(({ fieldsV1 }) => hasId(fieldsV1));

/** What is kept of the notes, which are as long as all the rest of an object. */
export const trimManagedFields = (notes: ManagedFields): ManagedFields =>
  notes.flatMap(({ manager, operation, fieldsV1 }) =>
    operation === 'Apply' && manager?.startsWith(FIELD_MANAGERS)
      ? [{ manager, operation, fieldsV1: hasId(fieldsV1) ? ID_ALONE : {} }]
      : [],
  );

const ID_ALONE: Fields = { 'f:metadata': { 'f:annotations': { [`f:${RESOURCE_ID}`]: {} } } };

const hasId = (fields: Fields | undefined): boolean =>
  fields?.['f:metadata']?.['f:annotations']?.[`f:${RESOURCE_ID}`] !== undefined;

const appliesOf = (gateway: string, { metadata }: KubeObject): ManagedFields =>
  (metadata.managedFields ?? []).filter(
    ({ manager, operation }) => manager === fieldManagerOf(gateway) && operation === 'Apply',
  );

/** The id of the adapter that an object was made for; null when nothing tells. An id that somebody else wrote over ours is none. */
export function ownerIdOf(gateway: string, object: KubeObject): string | null {
  const written = object.metadata.annotations?.[RESOURCE_ID] ?? null;
  if (!isFieldManager(gateway, object) || ownsIdField(gateway, object)) return written;
  const { spec } = object as Partial<StatefulSet>;
  return spec?.template?.metadata?.annotations?.[RESOURCE_ID] ?? null; // its pods are told, too
}

/** Whether it was made for this adapter: not by somebody else, and not for an earlier adapter of the name. */
export function isOwnedBy(gateway: string, object: KubeObject, resourceId: string): boolean {
  const id = ownerIdOf(gateway, object);
  return id === null ? isFieldManager(gateway, object) : id === resourceId;
}
