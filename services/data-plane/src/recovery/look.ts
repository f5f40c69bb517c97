import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { FoundSession, SessionRecord } from '@mcp-gateway/sessions';
import { findEndpoint } from '../find-endpoint.js';
import { placeOf } from '../sessions/place.js';
import { judge } from './judge.js';
import type { MoveParts } from './move.js';
import type { Displaced, Settled } from './recover.js';

/** What is known of a session that is to be moved. */
export interface Moving {
  session: Displaced;
  /** The number of moves after which it was last seen somewhere. */
  seenMoves: number;
  /** Endpoints on which it lived. */
  gone: Set<string>;
  /** Endpoints on which it could not be begun. */
  failed: Set<string>;
}

/**
 * What is to be made of what Redis says of it now: where it lives, when somebody else has moved it, else the record to move it by.
 * @throws GatewayError SESSION_NOT_FOUND when it cannot be moved; UNAVAILABLE when Redis is away
 */
export async function look(
  { routes, sessions, log }: MoveParts,
  moving: Moving,
  first?: FoundSession,
): Promise<{ settled: Settled } | { record: SessionRecord }> {
  const { envelope, adapter } = moving.session;
  for (let found = first; ; found = undefined) {
    const { record } = found ?? (await sessions.records.find(envelope).catch(awayFromRedis));
    const verdict = judge(record, moving.seenMoves, Math.floor(Date.now() / 1000));
    switch (verdict) {
      case 'move':
        return { record: record as SessionRecord };
      case 'follow': {
        const place = placeOf(record as SessionRecord);
        sessions.moved(envelope, adapter, place);
        const endpoint = await findEndpoint(routes, adapter, place.endpointId);
        if (endpoint) return { settled: { place, endpoint } };
        moving.seenMoves = place.moves;
        moving.gone.add(place.endpointId);
        break;
      }
      case 'ended':
        throw new GatewayError('SESSION_NOT_FOUND');
      case 'lost':
        throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
      case 'give-up':
        log.warn({ adapter }, 'a session was given up: every replica that it is moved to loses it');
        throw new GatewayError('SESSION_NOT_FOUND', { detail: 'no replica keeps it' });
      default:
        return unreachable(verdict);
    }
  }
}

export function awayFromRedis(cause: unknown): never {
  throw cannotBeMoved(cause);
}

export const cannotBeMoved = (cause: unknown): GatewayError =>
  new GatewayError('UNAVAILABLE', {
    detail: 'the session cannot be moved to another replica now',
    headers: { 'retry-after': '1' },
    cause,
  });
