import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { FoundSession, SessionRecord } from '@mcp-gateway/sessions';
import { findEndpoint } from '../../upstream/find-endpoint.js';
import { locationOf } from '../location.js';
import type { Placement, Relocation, RelocationParts } from './relocation.js';

/** What is known of a session that is to be moved. */
export interface RelocationState {
  session: Relocation;
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
export async function loadPlacement(
  { routes, sessions, log }: RelocationParts,
  state: RelocationState,
  first?: FoundSession,
): Promise<{ placement: Placement } | { record: SessionRecord }> {
  const { envelope, resource } = state.session;
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
        log.warn({ ...resource }, 'a session was given up: every replica that it is moved to loses it');
        throw new GatewayError('SESSION_NOT_FOUND', { detail: 'no replica keeps it' });
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
    detail: 'the session cannot be moved to another replica now',
    headers: { 'retry-after': '1' },
    cause,
  });

/**
 * follow  somebody else has moved it already
 * move    it is where it was, and can be begun anew elsewhere
 * lost    it cannot: nobody knows how it began
 * ended   it was closed in the meantime
 * give-up wherever it is moved it does not last
 */
export type RelocationDecision = 'follow' | 'move' | 'lost' | 'ended' | 'give-up';

const WINDOW_SECONDS = 60;
/** More than a rollout needs, as one moves each session to a replica that stays. */
const MAX_MOVES = 10;

/** What to do about a session whose replica is gone, from what Redis says now. `seenMoves` is what the caller knew. */
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
