import { connectionOf, HEADER, nextHopFilter } from './header-list.js';

/**
 * Browsers, and proxies in front of the gateway, apply these headers to the whole origin, or request other URLs because
 * of them. The gateway's origin serves all adapters and the management API, so no adapter may send them.
 */
const ENDS_HERE = new Set<string>([
  HEADER.sessionId, // the gateway sends its own session id
  HEADER.requestId,
  // A browser stores these for the origin, or acts on what it has stored.
  'accept-ch',
  'activate-storage-access',
  'alt-svc',
  'clear-site-data',
  'critical-ch',
  'expect-ct',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'secure-session-registration',
  'secure-session-challenge',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'set-login',
  'strict-transport-security',
  'timing-allow-origin',
  'use-as-dictionary',
  // A browser requests the URLs in these headers, and those may be the gateway's.
  'attribution-reporting-register-source',
  'attribution-reporting-register-trigger',
  'content-location',
  'link',
  'observe-browsing-topics',
  'refresh',
  'sourcemap',
  'speculation-rules',
  'x-sourcemap',
  // The gateway sets these itself.
  'content-security-policy',
  'content-security-policy-report-only',
  'x-content-type-options',
  // A proxy sends a file of its own, or requests another server, because of these.
  'surrogate-control',
  'x-lighttpd-send-file',
  'x-lighttpd-send-tempfile',
  'x-reproxy-url',
  'x-sendfile',
  'x-sendfile2',
]);

/**
 * The gateway decides which pages may read an answer. Of nginx's control headers, only the one that keeps streams
 * flowing passes.
 */
const FAMILIES = /^(access-control-.*|x-accel-(?!buffering$).*)$/;

/** A browser runs no script of the content and does not guess another type for it. */
const CONTAINMENT = ['Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff'] as const;

const withoutEnding = nextHopFilter((key) => ENDS_HERE.has(key) || FAMILIES.test(key));

/**
 * The headers to send to the client, as a flat list: the server's without those that act on the gateway's origin, plus
 * those that isolate the content from it (CSP Level 3 §6.3.2; Fetch Standard, `X-Content-Type-Options`).
 */
export function responseHeaders(raw: readonly string[]): string[] {
  const outgoing = withoutEnding(raw, connectionOf(raw));
  outgoing.push(...CONTAINMENT);
  return outgoing;
}
