import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BrowserAccess } from '@mcp-gateway/platform/serving';

/** What a page may read beside the body. */
const EXPOSED = 'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, ETag, Link, Location, Allow';
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of the origins that the operator names read the answer to this request, and answers it when it only asks
 * whether they may (Fetch Standard, CORS protocol). Without credentials: a page sends its token itself.
 * Pages of this machine are not among them unless named: with development sign-in they could start programs.
 * @returns whether the request has been answered
 */
export function answerCors(req: IncomingMessage, res: ServerResponse, { allowedOrigins }: BrowserAccess): boolean {
  const { origin } = req.headers;
  if (origin === undefined || !allowedOrigins.includes(origin)) return false;
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', EXPOSED);
  varyByOrigin(res);
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return false;
  res.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE',
    'Access-Control-Allow-Headers': req.headers['access-control-request-headers'] ?? '',
    'Access-Control-Max-Age': PREFLIGHT_SECONDS,
  });
  res.end();
  return true;
}

/** An answer depends on the origin beside what a server says that it depends on (RFC 9110 §12.5.5), which comes later. */
function varyByOrigin(res: ServerResponse): void {
  const { writeHead } = res;
  res.writeHead = function (this: ServerResponse, ...[status, ...rest]: unknown[]) {
    const headers = rest.at(-1);
    const isRelayed = Array.isArray(headers) && headers.some((name, i) => i % 2 === 0 && /^vary$/i.test(String(name)));
    if (isRelayed) headers.push('Vary', 'Origin');
    else res.appendHeader('Vary', 'Origin');
    return Reflect.apply(writeHead, this, [status, ...rest]) as ServerResponse;
  };
}
