import { SdkHttpError } from '@modelcontextprotocol/client';

/** Errors of a connection that was never made, so that nothing has reached the gateway. */
const UNCONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What follows a message that could not be delivered. */
export type Failure =
  /** Nothing has reached the gateway: send it again later. */
  | { kind: 'unreachable'; why: string }
  /** The gateway knows no such session (MCP 2025-11-25, transports, session management): open one and send it again. */
  | { kind: 'session-gone' }
  /** `mayHaveRun`: sending it again could run it twice. */
  | { kind: 'failed'; why: string; mayHaveRun: boolean };

/** Decides what an error of the transport means. */
export function failureOf(error: unknown, hasSession: boolean): Failure {
  if (error instanceof SdkHttpError) {
    const { status } = error;
    if (status === 404 && hasSession) return { kind: 'session-gone' };
    if (status === 401) {
      return { kind: 'failed', why: 'The gateway wants a sign-in. Run "mcp-gateway login".', mayHaveRun: false };
    }
    return { kind: 'failed', why: `The gateway answered ${status}: ${detailOf(error)}`, mayHaveRun: status >= 500 };
  }
  const code = codeOf(error);
  if (code !== undefined && UNCONNECTED.has(code))
    return { kind: 'unreachable', why: `The gateway cannot be reached (${code})` };
  const why = code ?? (error as Error | undefined)?.message ?? String(error);
  return { kind: 'failed', why: `The connection to the gateway failed (${why})`, mayHaveRun: true };
}

/** An error of the transport as a line of a log. */
export const lineOf = (error: Error): string =>
  error instanceof SdkHttpError ? `the gateway answered ${error.status}: ${detailOf(error)}` : error.message;

/** The sentence of a problem document or of a JSON-RPC error, where the body is one. */
export function detailOf({ data, statusText }: SdkHttpError): string {
  const text = typeof data.text === 'string' ? data.text : undefined;
  try {
    const body = JSON.parse(text ?? '') as { detail?: unknown; title?: unknown; error?: { message?: unknown } };
    const said = body.detail ?? body.error?.message ?? body.title;
    if (typeof said === 'string') return said;
  } catch {
    // Any other text.
  }
  return text?.slice(0, 200) || statusText || 'without a reason';
}

/** undici hides the error of the socket as the cause; a host with several addresses has one for each. */
function codeOf(error: unknown): string | undefined {
  let at = error as (NodeJS.ErrnoException & { errors?: unknown[] }) | undefined;
  for (let depth = 0; at && depth < 5; depth++) {
    if (typeof at.code === 'string') return at.code;
    at = (at.cause ?? at.errors?.[0]) as typeof at;
  }
  return undefined;
}
