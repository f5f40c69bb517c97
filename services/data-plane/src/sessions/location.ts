import type { SessionEnvelope, SessionRecord } from '@mcp-gateway/sessions';
import type { Endpoint } from '@mcp-gateway/common/contracts';

/** The endpoint on which a session lives now, and the server's id of the session there. */
export interface SessionLocation {
  endpointId: string;
  upstreamId: string;
  /** How often the session has been relocated. */
  moves: number;
  /** The session has ended; requests get the answer for an unknown session. */
  closed: boolean;
  /** The location comes from the sealed id alone; another data plane may know a later one. */
  unverified?: true;
}

/** The location in the envelope, which holds while there is no record. */
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

/** The later of the location just read and the known one. A session that has ended stays ended. */
export function latest(read: SessionLocation, known: SessionLocation | undefined): SessionLocation {
  if (!known || read.closed) return read;
  return known.closed || known.moves > read.moves || read.unverified ? known : read;
}

/** A session, its sealed id, and its location. */
export interface OpenSession {
  envelope: SessionEnvelope;
  sealedId: string;
  location: SessionLocation;
}

/** The target of a request. */
export type Target =
  | { session: null; endpoint: Endpoint }
  /** No endpoint: the replica that held the session is gone. */
  | { session: OpenSession; endpoint: Endpoint | undefined };
