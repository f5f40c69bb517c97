import { AdapterSpec } from '@mcp-gateway/common/contracts';

/** The path of a spec that names none, which a server need not have. */
export const DEFAULT_HEALTH_PATH = AdapterSpec.shape.healthCheck.parse(undefined).path;

/**
 * Whether this answer says that there is no health endpoint. A path that nobody has chosen need not exist, so any refusal will do
 * but 401 and 429, which are about the caller.
 */
export const isMissingHealthPath = (status: number, path: string): boolean =>
  status === 404 || (path === DEFAULT_HEALTH_PATH && status >= 400 && status < 500 && status !== 401 && status !== 429);

/** @param answer what the health check got instead of 2xx, such as `GET /healthz answers 404` */
export const healthNoteOf = (answer: string): string =>
  `${answer}, so an open port counts as healthy. Set healthCheck.path to the server's own, or healthCheck.type to tcp or mcp.`;

/** How long a process may take until its health check passes for the first time; one that takes longer is started anew. */
export const STARTUP_SECONDS = 300;

/** For a process that ends with exit code 0 although nobody has asked it to. */
export const STDIO_HINT =
  'A server that speaks stdio ends like this, as nobody writes to it: start it with its option for streamable HTTP.';
