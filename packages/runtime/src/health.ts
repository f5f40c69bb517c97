import { AdapterSpec } from '@mcp-gateway/common/contracts';

/** The default health path, which a server need not have. */
export const DEFAULT_HEALTH_PATH = AdapterSpec.shape.healthCheck.parse(undefined).path;

/**
 * Whether this answer shows that there is no health endpoint. The default path need not exist, so any status from 400 to 499 shows it
 * there, except 401 and 429, which are about the caller.
 */
export const isMissingHealthPath = (status: number, path: string): boolean =>
  status === 404 || (path === DEFAULT_HEALTH_PATH && status >= 400 && status < 500 && status !== 401 && status !== 429);

/** How OpenSSL's code names the alert of a server that requires a client certificate, of which a health check has none (RFC 8446 §6.2). */
export const isClientRefusal = (code: string): boolean =>
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)$/.test(code);

/** The end of such an answer. */
export const WITHOUT_CERTIFICATE = 'is refused, because the server requires a client certificate';

/** @param answer the answer of the health check, such as `GET /healthz answers 404` */
export const healthNoteOf = (answer: string): string =>
  `${answer}, so an open port counts as healthy. Set healthCheck.path to the server's own, or healthCheck.type to tcp or mcp.`;

/** How long a process may take until its health check first passes; then it is restarted. */
export const STARTUP_SECONDS = 300;

/** What helps a server that speaks stdio. */
export const STDIO_REMEDY =
  'start it with its option for streamable HTTP, or run it behind the bridge: imageName mcp-proxy with its command in MCP_COMMAND and MCP_ARGS';

/** Most servers listen by then; a server that does not may never listen. */
export const SILENT_MS = 10_000;

/** The hint for a process that ends by itself with exit code 0. */
export const STDIO_HINT = `A server that speaks only stdio ends like this because it gets no input: ${STDIO_REMEDY}.`;
