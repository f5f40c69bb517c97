import type { SessionRecords } from '@mcp-gateway/sessions';
import type { RelocatedSession } from './cache.js';

const AT_ONCE = 500;

/**
 * Writes the locations of relocated sessions again, in case Redis has lost them: sealed ids do not have them. A
 * location in Redis with as many moves or more wins, and a closed session stays closed. The client's initialize is not
 * in memory, so a restored session cannot be relocated again. `keepSeconds`: until the next use says how long the
 * record is needed.
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
   * Runs `write`, which records the end of the session, and keeps it for a retry when it fails.
   * @throws Error as `write`
   */
  end(id: string, write: () => Promise<unknown>): Promise<void>;
  /**
   * Runs the failed writes again.
   * @throws Error when one fails again
   */
  catchUp(): Promise<void>;
}

/** About 1 KB each. Sessions beyond the maximum end by expiry. */
const MAX_KEPT = 10_000;

/**
 * Ends of sessions that could not be written while Redis was unavailable, although their clients have been told that
 * the sessions are over.
 */
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
