import { createHash } from 'node:crypto';
import type { ResourceRef } from '@mcp-gateway/common/contracts';

/**
 * A label value has at most 63 characters. Kubernetes writes the name of a StatefulSet with a hash of eleven characters into
 * one (`controller-revision-hash`), and the name of its pods, with the ordinal, into another.
 */
const MAX_LENGTH = 52;
const HASH_LENGTH = 16;

/**
 * The name of all objects of one resource: a DNS label, `adapter-echo`. Two resources never share a name: a kind has no
 * hyphen, and a name that is too long ends with a hash and has the full length, which no other name has.
 */
export function objectName({ kind, name }: ResourceRef): string {
  const whole = `${kind}-${name}`;
  if (whole.length < MAX_LENGTH) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

export const podName = (ref: ResourceRef, instance: number): string => `${objectName(ref)}-${instance}`;
