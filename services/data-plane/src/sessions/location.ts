import type { SessionEnvelope, SessionRecord } from '@mcp-gateway/sessions';
import type { Endpoint } from '@mcp-gateway/common/contracts';

/** Where a session lives now, and what it is called there. */
export interface SessionLocation {
  endpointId: string;
  upstreamId: string;
  /** How often it has been moved to get there. */
  moves: number;
  /** It has ended, and is answered as one that never was. */
  closed: boolean;
  /** There is nothing to go by but the envelope, and another data plane may know better. */
  unverified?: true;
}

/** Without a record, the envelope's own word is good enough. */
export const initialLocation = ({ endpointId, upstreamId }: SessionEnvelope): SessionLocation => ({
  endpointId,
  upstreamId,
  moves: 0,
  closed: false,
});

export const unverifiedLocation = (envelope: SessionEnvelope): SessionLocation => ({
  ...initialLocation(envelope),
  unverified: true,
});

export const locationOf = ({ endpointId, upstreamId, moves }: SessionRecord): SessionLocation => ({
  endpointId,
  upstreamId,
  moves,
  closed: false,
});

/** Of what has just been read and what was known, that which is later. A session that has ended does not come back. */
export function latest(read: SessionLocation, known: SessionLocation | undefined): SessionLocation {
  if (!known || read.closed) return read;
  return known.closed || known.moves > read.moves || read.unverified ? known : read;
}

/** A session, the id that the client knows it by, and where it lives. */
export interface OpenSession {
  envelope: SessionEnvelope;
  sealedId: string;
  location: SessionLocation;
}

/** Where a request goes. */
export type Target =
  | { session: null; endpoint: Endpoint }
  /** No endpoint: the replica that held it is gone. */
  | { session: OpenSession; endpoint: Endpoint | undefined };
