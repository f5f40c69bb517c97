import type { SessionRecords, SessionRef, SessionUse } from '@mcp-gateway/common/sessions';
import type { Logger } from '@mcp-gateway/common/logging';

export interface SessionUses {
  /** Counts a use that begins now; the returned function ends it. `keepSeconds`: how long the record is needed from now on. */
  begin(ref: SessionRef, keepSeconds: number): () => void;
  /** Counts a call that goes to the server now, within a use; the returned function is to be called when it is over. */
  send(id: string): () => void;
  /** Calls that have gone to the server from here and are not over. */
  calls(id: string): number;
  /** Writes to Redis what has been used since the last time. */
  flush(): Promise<void>;
  close(): void;
}

interface Use extends SessionUse {
  open: number;
  calls: number;
}

const FLUSH_EVERY_MS = 10_000;

/**
 * Which sessions are in use, and when they were last. Written to Redis every ten seconds, all at once: a request does not
 * wait for it, and what a data plane that dies takes with it is less than the slack that limits.ts gives.
 */
export function sessionUses(
  records: Pick<SessionRecords, 'touch'>,
  log: Logger,
  now: () => number = Date.now,
): SessionUses {
  const uses = new Map<string, Use>();
  const seconds = () => Math.floor(now() / 1000);

  async function flush() {
    const written = [...uses.values()];
    for (const use of written) {
      if (use.open > 0) use.at = seconds();
      else uses.delete(use.id);
    }
    if (written.length === 0) return;
    await records
      .touch(written)
      .catch((error: unknown) => log.debug({ err: error }, 'last uses of sessions not written'));
  }
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS);
  timer.unref();

  return {
    begin({ id, adapterId, caller }, keepSeconds) {
      let use = uses.get(id);
      if (!use) uses.set(id, (use = { id, adapterId, caller, keepSeconds, open: 0, calls: 0, at: 0 }));
      const begun = use;
      begun.open += 1;
      begun.keepSeconds = keepSeconds;
      begun.at = seconds();
      return () => {
        begun.open -= 1;
        begun.at = seconds();
      };
    },
    send(id) {
      const use = uses.get(id);
      if (use) use.calls += 1;
      return () => {
        if (use) use.calls -= 1;
      };
    },
    calls: (id) => uses.get(id)?.calls ?? 0,
    flush,
    close: () => clearInterval(timer),
  };
}
