import { type BrowserAccess, isOpenToPages } from '@mcp-gateway/platform/serving';
import type { RequestContext } from '../request/context.js';

/** Headers that a page may read beside the body. */
const EXPOSED =
  'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, ETag, Link, Location, ' +
  'Allow, X-Request-Id';
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of the configured origins read the answer, and answers preflight requests (Fetch Standard, CORS protocol).
 * Without credentials: a page sends its token itself. Pages of this machine are not included unless configured: with
 * development sign-in they could start programs.
 * @returns whether the request has been answered
 */
export function answerCors(context: RequestContext, access: BrowserAccess): boolean {
  const { req, res } = context;
  const { origin } = req.headers;
  if (origin === undefined) return false;
  const isOpen = isOpenToPages(req.url, access);
  if (!isOpen && !access.allowedOrigins.includes(origin)) return false;
  // Adds to the server's `Vary` (RFC 9110 §12.5.5).
  context.addToHead([
    'Access-Control-Allow-Origin',
    isOpen ? '*' : origin,
    'Access-Control-Expose-Headers',
    EXPOSED,
    'Vary',
    'Origin',
  ]);
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return false;
  res.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE',
    'Access-Control-Allow-Headers': req.headers['access-control-request-headers'] ?? '',
    'Access-Control-Max-Age': PREFLIGHT_SECONDS,
  });
  res.end();
  return true;
}
