import { initialize } from '../../support/clients.js';

const OPEN_MS = 120_000;

/** A session with its stream for messages of the server, which is open. */
export async function openStream(mcp: string, headers: Record<string, string>) {
  const { sessionId, status } = await initialize(mcp, headers);
  if (!sessionId) throw new Error(`initialize answered ${status} without a session`);
  const inSession = (own: Record<string, string>) => ({
    'mcp-session-id': sessionId,
    'mcp-protocol-version': '2025-11-25',
    accept: 'application/json, text/event-stream',
    ...own,
  });
  const response = await fetch(mcp, { headers: inSession(headers), signal: AbortSignal.timeout(OPEN_MS) });
  if (!response.ok) throw new Error(`the stream got ${response.status}: ${await response.text()}`);
  const over = response.text().then(
    () => 'ended' as const,
    () => 'broken' as const,
  );
  return {
    /** Resolves when the gateway has ended the stream. */
    async ended(timeoutMs: number): Promise<void> {
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`the stream is open after ${timeoutMs} ms`)), timeoutMs).unref();
      });
      await Promise.race([over, late]);
    },
    /** Uses the session, also as another caller. Returns the status of the answer. */
    async use(own = headers): Promise<number> {
      const answer = await fetch(mcp, {
        method: 'POST',
        headers: { ...inSession(own), 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' }),
        signal: AbortSignal.timeout(OPEN_MS),
      });
      await answer.body?.cancel();
      return answer.status;
    },
  };
}
