import { createHash } from 'node:crypto';

/**
 * Pods of a StatefulSet carry its name and a hash of eleven characters in one label value of at most 63, and their own
 * names end with an ordinal.
 */
const MAX_LENGTH = 52;
const HASH_LENGTH = 16;

/**
 * The name of all objects of one adapter: a DNS label. Two adapters never share one: names that are too long end with a
 * hash and have the full length, which no other name has.
 */
export function objectName(kind: 'adapter', name: string): string {
  const whole = `${kind}-${name}`;
  if (whole.length < MAX_LENGTH) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

export const podName = (name: string, instance: number): string => `${objectName('adapter', name)}-${instance}`;
