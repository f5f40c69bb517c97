import { ResourceKind } from '@mcp-gateway/common/contracts';
import { z } from 'zod';

const FORMAT = '1';
const SUBSCRIPTION = 'subscription:';

const count = z.coerce.number().int();

/** The record of an open session in Redis. Times are seconds since the epoch. */
export const SessionRecord = z.object({
  /** The resource that it is of. */
  kind: ResourceKind,
  name: z.string(),
  resourceId: z.string(),
  /** Subject of the caller that it belongs to. */
  caller: z.string(),
  /** The tenant whose limit of sessions it counts against; absent when there was no such limit. */
  tenant: z.string().optional(),
  /** The endpoint that it lives on now, and its id there. */
  endpointId: z.string(),
  upstreamId: z.string(),
  /** A session of the older HTTP transport is one stream, whose end tells the server. Absent for Streamable HTTP. */
  transport: z.literal('http-sse').optional(),
  openedAt: count,
  /** How often it was moved. A move names the number that it saw, so that one of two succeeds. */
  moves: count,
  /** Moves in the minute that began then, so that a session that is moved in circles can be given up. */
  recentMoves: count,
  recentSince: count,
  /** The client's initialize message, when it was small enough to keep. */
  initialize: z.string().nullable().default(null),
  /** The revision that client and server agreed on, once it is known. */
  protocolVersion: z.string().nullable().default(null),
  logLevel: z.string().nullable().default(null),
  /** URIs of resources. */
  subscriptions: z.array(z.string()),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

export const subscriptionField = (uri: string): string => SUBSCRIPTION + uri;

/** Names and values of the hash, one after the other. */
export function fieldsOf({ subscriptions, ...record }: SessionRecord): string[] {
  return [
    'format',
    FORMAT,
    ...Object.entries(record).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [name, String(value)],
    ),
    ...subscriptions.flatMap((uri) => [subscriptionField(uri), '']),
  ];
}

/**
 * The record; 'closed' for a session that has ended; null when there is none.
 * @throws Error when it has a format that this version does not know
 */
export function recordOf(fields: Record<string, string>): SessionRecord | 'closed' | null {
  if (Object.keys(fields).length === 0) return null;
  if (fields['format'] !== FORMAT) throw new Error('the session record has another format');
  if (fields['closedAt'] !== undefined) return 'closed';
  const subscriptions = Object.keys(fields)
    .filter((name) => name.startsWith(SUBSCRIPTION))
    .map((name) => name.slice(SUBSCRIPTION.length));
  return SessionRecord.parse({ ...fields, subscriptions });
}
