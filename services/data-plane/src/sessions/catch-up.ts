import type { SessionRecords } from '@mcp-gateway/sessions';
import type { RelocatedSession } from './cache.js';

const AT_ONCE = 500;

/**
 * Writes back where sessions live that were moved, in case Redis has lost it: their ids do not say so. What is in Redis counts
 * where it is as late, and a session that was closed stays closed. How a session began is not known here, so it cannot be
 * moved again. `keepSeconds`: until its next use says how long the record is needed.
 */
export async function restoreLocations(
  records: Pick<SessionRecords, 'restore'>,
  moved: readonly RelocatedSession[],
  keepSeconds: number,
): Promise<void> {
  for (let from = 0; from < moved.length; from += AT_ONCE) {
    const batch = moved.slice(from, from + AT_ONCE);
    await Promise.all(batch.map((session) => records.restore(session.id, recordOf(session), keepSeconds)));
  }
}

const recordOf = ({ location: { endpointId, upstreamId, moves }, opened }: RelocatedSession) => ({
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

export interface UnwrittenEnds {
  /**
   * Runs `write`, which writes that the session has ended; what fails is kept.
   * @throws Error as `write`
   */
  end(id: string, write: () => Promise<unknown>): Promise<void>;
  /**
   * Runs what has failed again.
   * @throws Error when it still fails
   */
  catchUp(): Promise<void>;
}

/** About 1 KB each. Beyond it, sessions end when nobody uses them. */
const MAX_KEPT = 10_000;

/** The ends of sessions that could not be written, as Redis was away: their clients have been told that they are over. */
export function unwrittenEnds(): UnwrittenEnds {
  const kept = new Map<string, () => Promise<unknown>>();
  return {
    async end(id, write) {
      try {
        await write();
      } catch (error) {
        if (kept.size < MAX_KEPT) kept.set(id, write);
        throw error;
      }
    },
    async catchUp() {
      for (const [id, write] of kept) {
        await write();
        kept.delete(id);
      }
    },
  };
}
