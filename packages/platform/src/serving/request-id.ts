import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Ids of other shapes are replaced: logs and headers of other services have to take them. */
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;

/** The id by which the logs of several services speak of one request: the caller's `X-Request-Id` when it is well-formed, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
