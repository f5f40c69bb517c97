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
