import { request } from 'undici';

export interface ProbeResult {
  healthy: boolean;
  /** Set when the health endpoint does not exist and an open port had to do. */
  note: string | null;
  /** Why it is not healthy. */
  message: string | null;
}

const TIMEOUT_MS = 1_000;

/** GET on the health path must answer 2xx; a server that answers 404 there is healthy, as it accepts connections. */
export async function probe(port: number, path: string): Promise<ProbeResult> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, {
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      reset: true, // the next probe may meet another process on this port
    });
    await body.dump();
    if (statusCode === 404) {
      const note = `GET ${path} answers 404, so an open port counts as healthy. Set healthCheck.path to the server's own.`;
      return { healthy: true, note, message: null };
    }
    if (statusCode >= 200 && statusCode < 300) return { healthy: true, note: null, message: null };
    return { healthy: false, note: null, message: `GET ${path} answers ${statusCode}` };
  } catch (error) {
    return { healthy: false, note: null, message: `GET ${path} fails: ${reason(error)}` };
  }
}

function reason(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'nothing listens on PORT yet';
  if (name === 'TimeoutError' || code?.includes('TIMEOUT')) return `no answer within ${TIMEOUT_MS} ms`;
  return message;
}
