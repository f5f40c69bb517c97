import type { SessionRecord } from '@mcp-gateway/sessions';
import type { SessionEnvelope } from '@mcp-gateway/sessions';

/** Where a session lives now, and what it is called there. */
export interface SessionPlace {
  endpointId: string;
  upstreamId: string;
  /** How often it has been moved to get there. */
  moves: number;
  /** It has ended, and is answered as one that never was. */
  closed: boolean;
  /** There is nothing to go by but the envelope, and another data plane may know better. */
  guessed?: true;
}

/** Without a record, the envelope's own word is good enough. */
export const firstPlace = ({ endpointId, upstreamId }: SessionEnvelope): SessionPlace => ({
  endpointId,
  upstreamId,
  moves: 0,
  closed: false,
});

export const guessedPlace = (envelope: SessionEnvelope): SessionPlace => ({ ...firstPlace(envelope), guessed: true });

export const placeOf = ({ endpointId, upstreamId, moves }: SessionRecord): SessionPlace => ({
  endpointId,
  upstreamId,
  moves,
  closed: false,
});

/** Of what has just been read and what was known, that which is later. A session that has ended does not come back. */
export function latest(read: SessionPlace, known: SessionPlace | undefined): SessionPlace {
  if (!known || read.closed) return read;
  return known.closed || known.moves > read.moves || read.guessed ? known : read;
}
