import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { FoundSession, SessionRecord } from '@mcp-gateway/sessions';
import { findEndpoint } from '../../upstream/find-endpoint.js';
import { locationOf } from '../location.js';
import type { Placement, Relocation, RelocationParts } from './relocation.js';

/** The state of a relocation in progress. */
export interface RelocationState {
  session: Relocation;
  /** The number of moves at which the session was last seen. */
  seenMoves: number;
  /** Endpoints that have lost the session. */
  gone: Set<string>;
  /** Endpoints on which the replay failed. */
  failed: Set<string>;
}

/**
 * Reads the record and decides: returns the placement when another data plane has relocated the session already, else
 * the record for the replay.
 * @throws GatewayError SESSION_NOT_FOUND when the session cannot be relocated; UNAVAILABLE when Redis is unavailable
 */
export async function loadPlacement(
  { routes, sessions, log }: RelocationParts,
  state: RelocationState,
  first?: FoundSession,
): Promise<{ placement: Placement } | { record: SessionRecord }> {
  const { envelope, resource, requestId } = state.session;
  for (let found = first; ; found = undefined) {
    const { record } = found ?? (await sessions.records.find(envelope).catch(throwCannotRelocate));
    const verdict = decideRelocation(record, state.seenMoves, Math.floor(Date.now() / 1000));
    switch (verdict) {
      case 'move':
        return { record: record as SessionRecord };
      case 'follow': {
        const location = locationOf(record as SessionRecord);
        sessions.moved(envelope, resource, location);
        const endpoint = await findEndpoint(routes, resource, location.endpointId);
        if (endpoint) return { placement: { location, endpoint } };
        state.seenMoves = location.moves;
        state.gone.add(location.endpointId);
        break;
      }
      case 'ended':
        throw new GatewayError('SESSION_NOT_FOUND');
      case 'lost':
        throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
      case 'give-up':
        log.warn(
          { requestId, kind: resource.kind, name: resource.name, session: envelope.id },
          'a session was ended: every replica that it was relocated to lost it',
        );
        throw new GatewayError('SESSION_NOT_FOUND', {
          detail: 'every replica that the session was relocated to lost it; send initialize again',
        });
      default:
        return unreachable(verdict);
    }
  }
}

export function throwCannotRelocate(cause: unknown): never {
  throw cannotRelocate(cause);
}

export const cannotRelocate = (cause: unknown): GatewayError =>
  new GatewayError('UNAVAILABLE', {
    detail: 'the session cannot be relocated to another replica now',
    headers: { 'retry-after': '1' },
    cause,
  });

/**
 * follow  another data plane has relocated the session already
 * move    the session is where it was, and can be replayed elsewhere
 * lost    the client's initialize is not recorded, so no replay is possible
 * ended   the session was closed in the meantime
 * give-up every replica that the session is relocated to loses it
 */
export type RelocationDecision = 'follow' | 'move' | 'lost' | 'ended' | 'give-up';

const WINDOW_SECONDS = 60;
/** More than a rollout needs, which relocates each session once to a replica that stays. */
const MAX_MOVES = 10;

/**
 * Decides what to do with a session whose replica is gone, from its record. `seenMoves` is the number of moves that the
 * caller knew.
 */
export function decideRelocation(
  record: FoundSession['record'],
  seenMoves: number,
  nowSeconds: number,
): RelocationDecision {
  if (record === null) return 'lost';
  if (record === 'closed') return 'ended';
  if (record.moves > seenMoves) return 'follow';
  if (record.initialize === null) return 'lost';
  return isRecent(record, nowSeconds) && record.recentMoves >= MAX_MOVES ? 'give-up' : 'move';
}

/** The record's count of moves after one more. */
export function countMove(
  record: SessionRecord,
  nowSeconds: number,
): Pick<SessionRecord, 'recentMoves' | 'recentSince'> {
  return isRecent(record, nowSeconds)
    ? { recentMoves: record.recentMoves + 1, recentSince: record.recentSince }
    : { recentMoves: 1, recentSince: nowSeconds };
}

const isRecent = ({ recentSince }: SessionRecord, nowSeconds: number) => nowSeconds - recentSince < WINDOW_SECONDS;
