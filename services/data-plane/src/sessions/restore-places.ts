import type { SessionRecords } from '@mcp-gateway/sessions';
import type { MovedSession } from './cache.js';

const AT_ONCE = 500;

/**
 * Writes back where sessions live that were moved, in case Redis has lost it: their ids do not say so. What is in Redis counts
 * where it is as late, and a session that was closed stays closed. How a session began is not known here, so it cannot be
 * moved again. `keepSeconds`: until its next use says how long the record is needed.
 */
export async function restorePlaces(
  records: Pick<SessionRecords, 'restore'>,
  moved: readonly MovedSession[],
  keepSeconds: number,
): Promise<void> {
  for (let from = 0; from < moved.length; from += AT_ONCE) {
    const batch = moved.slice(from, from + AT_ONCE);
    await Promise.all(batch.map((session) => records.restore(session.id, recordOf(session), keepSeconds)));
  }
}

const recordOf = ({ place: { endpointId, upstreamId, moves }, opened }: MovedSession) => ({
  ...opened,
  endpointId,
  upstreamId,
  moves,
  recentMoves: 0,
  recentSince: 0,
  initialize: null,
  protocolVersion: null,
  logLevel: null,
  subscriptions: [],
});
