import type { FieldsV1, KubeObject, StatefulSet } from '../api/types.js';
import { RESOURCE_ID_ANNOTATION, FIELD_MANAGERS, fieldManagerOf } from './labels.js';

type ManagedFields = NonNullable<KubeObject['metadata']['managedFields']>;

/**
 * Whether this gateway applied the object, by the record of field managers of the API server. Labels are no proof: an edit of the
 * labels takes an object out of the gateway's watch.
 */
export const isFieldManager = (gateway: string, object: KubeObject): boolean => appliesOf(gateway, object).length > 0;

/**
 * Whether the resource id of the object is still the one that this gateway wrote. Another manager that edits the field owns the field
 * from then on, and a removed field has no owner (Kubernetes, "Server-Side Apply", field management).
 */
const ownsIdField = (gateway: string, object: KubeObject): boolean =>
  appliesOf(gateway, object).some(({ fieldsV1 }) => hasId(fieldsV1));

/** Keeps the entries that ownership needs: the whole record is as long as the rest of the object. */
export const trimManagedFields = (notes: ManagedFields): ManagedFields =>
  notes.flatMap(({ manager, operation, fieldsV1 }) =>
    operation === 'Apply' && manager?.startsWith(FIELD_MANAGERS)
      ? [{ manager, operation, fieldsV1: hasId(fieldsV1) ? ID_ALONE : {} }]
      : [],
  );

const ID_ALONE: FieldsV1 = { 'f:metadata': { 'f:annotations': { [`f:${RESOURCE_ID_ANNOTATION}`]: {} } } };

const hasId = (fields: FieldsV1 | undefined): boolean =>
  fields?.['f:metadata']?.['f:annotations']?.[`f:${RESOURCE_ID_ANNOTATION}`] !== undefined;

const appliesOf = (gateway: string, { metadata }: KubeObject): ManagedFields =>
  (metadata.managedFields ?? []).filter(
    ({ manager, operation }) => manager === fieldManagerOf(gateway) && operation === 'Apply',
  );

/** The id of the resource that owns the object; null when it is unknown. An id that another manager wrote does not count. */
export function ownerIdOf(gateway: string, object: KubeObject): string | null {
  const written = object.metadata.annotations?.[RESOURCE_ID_ANNOTATION] ?? null;
  if (!isFieldManager(gateway, object) || ownsIdField(gateway, object)) return written;
  const { spec } = object as Partial<StatefulSet>;
  return spec?.template?.metadata?.annotations?.[RESOURCE_ID_ANNOTATION] ?? null; // the pod template has a copy of the id
}

/** Whether this resource owns the object, and not another owner or an earlier resource of the same name. */
export function isOwnedBy(gateway: string, object: KubeObject, resourceId: string): boolean {
  const id = ownerIdOf(gateway, object);
  return id === null ? isFieldManager(gateway, object) : id === resourceId;
}
