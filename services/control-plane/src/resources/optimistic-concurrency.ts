import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Representation, ResourceRequest } from './definition.js';

type State = Pick<Representation, 'id' | 'generation'>;
export type Precondition = (current: State) => boolean;

/** A strong validator (RFC 9110 §8.8.3): changes with the spec, and with every new resource of the name. */
export const etagOf = ({ id, generation }: State): string => `"${id.slice(0, 8)}-${generation}"`;

/** The same for what has no generation: changes with the value. */
export const etagOfValue = (value: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)}"`;

/** RFC 9110 §13.1.1: the condition in an If-Match header. Without the header, every state matches. */
export function matchesIfMatch<Current = State>(
  ifMatch: string | undefined,
  tagOf: (current: NoInfer<Current>) => string = etagOf as (current: Current) => string,
): (current: Current) => boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return () => true;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  return (current) => wanted.includes(tagOf(current));
}

export const editConflict = (): GatewayError =>
  new GatewayError('EDIT_CONFLICT', { detail: 'read it again and repeat your change' });

/** A body that names an id or a generation says, as If-Match does, which state of the resource its sender has read. */
export const matchesBody =
  ({ id, generation }: ResourceRequest<unknown>['read']): Precondition =>
  (current) =>
    (id ?? current.id) === current.id && (generation ?? current.generation) === current.generation;

/** Two writers at once need two attempts; ten at once get through in practice. */
const ATTEMPTS = 10;
const MAX_PAUSE_MS = 20;

/**
 * Repeats an optimistic write that loses against other writers. Each attempt must read the row again, so that it also checks the
 * permission and the precondition against the state that the other writer left.
 * @param attempt returns null when the row has changed since it was read
 * @throws GatewayError WRITE_CONTENTION when every attempt has lost; nothing was written
 */
export async function retryWrite<T>({ kind, name }: ResourceRef, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const written = await attempt();
    if (written !== null) return written;
    if (tries === ATTEMPTS) break;
    await delay(Math.random() * MAX_PAUSE_MS * tries); // jitter: writers that met once must not meet again
  }
  throw new GatewayError('WRITE_CONTENTION', {
    detail: `other callers changed ${kind} ${name} during each of ${ATTEMPTS} attempts, so nothing is written; send the request again`,
    headers: { 'retry-after': '1' },
  });
}
