import type { SessionRecords, SessionRef } from '@mcp-gateway/common/sessions';
import type { Logger } from '@mcp-gateway/common/logging';

export interface SessionUses {
  /** Counts a use that begins now; the returned function ends it. */
  begin(ref: SessionRef, kind: UseKind): () => void;
  /** Calls that are under way here, streams of the server not counted. */
  calls(id: string): number;
  /** Writes to Redis what has been used since the last time. */
  flush(): Promise<void>;
  close(): void;
}

type UseKind = 'call' | 'stream';

interface Use extends SessionRef {
  calls: number;
  streams: number;
  /** Seconds since the epoch. */
  at: number;
}

const FLUSH_EVERY_MS = 10_000;

/**
 * Which sessions are in use, and when they were last. Written to Redis every ten seconds, all at once: a request does not
 * wait for it, and what a data plane that dies takes with it is less than the slack that limits.ts gives.
 */
export function sessionUses(records: SessionRecords, log: Logger, now: () => number = Date.now): SessionUses {
  const uses = new Map<string, Use>();
  const seconds = () => Math.floor(now() / 1000);

  async function flush() {
    const written = [...uses.values()];
    for (const use of written) {
      if (use.calls + use.streams > 0) use.at = seconds();
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
    begin({ id, adapterId, caller }, kind) {
      const field = kind === 'call' ? 'calls' : 'streams';
      let use = uses.get(id);
      if (!use) uses.set(id, (use = { id, adapterId, caller, calls: 0, streams: 0, at: 0 }));
      const begun = use;
      begun[field] += 1;
      begun.at = seconds();
      return () => {
        begun[field] -= 1;
        begun.at = seconds();
      };
    },
    flush,
    calls: (id) => uses.get(id)?.calls ?? 0,
    close: () => clearInterval(timer),
  };
}
