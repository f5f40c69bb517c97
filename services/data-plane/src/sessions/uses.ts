import type { SessionRecords, SessionRef, SessionUse } from '@mcp-gateway/common/sessions';
import type { Logger } from '@mcp-gateway/common/logging';

export interface SessionUses {
  /** Counts a use that begins now; the returned function ends it. `keepSeconds`: how long the record is needed from now on. */
  begin(ref: SessionRef, keepSeconds: number): () => void;
  /** Counts a call that goes to the endpoint now; the returned function is to be called when it is over. */
  send(id: string, endpointId: string): () => void;
  /** Calls of the session that have gone to the endpoint from here and are not over. */
  calls(id: string, endpointId: string): number;
  /** Writes to Redis what has been used since the last time. */
  flush(): Promise<void>;
  close(): void;
}

interface Use extends SessionUse {
  open: number;
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
  const calls = new Map<string, number>();
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
      if (!use) uses.set(id, (use = { id, adapterId, caller, keepSeconds, open: 0, at: 0 }));
      const begun = use;
      begun.open += 1;
      begun.keepSeconds = keepSeconds;
      begun.at = seconds();
      return () => {
        begun.open -= 1;
        begun.at = seconds();
      };
    },
    send(id, endpointId) {
      const key = keyOf(id, endpointId);
      calls.set(key, (calls.get(key) ?? 0) + 1);
      return () => {
        const left = (calls.get(key) ?? 0) - 1;
        if (left > 0) calls.set(key, left);
        else calls.delete(key);
      };
    },
    calls: (id, endpointId) => calls.get(keyOf(id, endpointId)) ?? 0,
    flush,
    close: () => clearInterval(timer),
  };
}

const keyOf = (id: string, endpointId: string) => `${id} ${endpointId}`;
