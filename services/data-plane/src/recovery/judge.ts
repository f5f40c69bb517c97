import type { FoundSession, SessionRecord } from '@mcp-gateway/sessions';

/**
 * follow  somebody else has moved it already
 * move    it is where it was, and can be begun anew elsewhere
 * lost    it cannot: nobody knows how it began
 * ended   it was closed in the meantime
 * give-up wherever it is moved it does not last
 */
export type Verdict = 'follow' | 'move' | 'lost' | 'ended' | 'give-up';

const WINDOW_SECONDS = 60;
/** More than a rollout needs, as one moves each session to a replica that stays. */
const MAX_MOVES = 10;

/** What to do about a session whose replica is gone, from what Redis says now. `seenMoves` is what the caller knew. */
export function judge(record: FoundSession['record'], seenMoves: number, nowSeconds: number): Verdict {
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
