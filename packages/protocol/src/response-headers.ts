import { connectionOf, HEADER, passOn } from './headers.js';

/**
 * Browsers, and proxies before the gateway, apply these to the whole origin, or ask for other URLs because of them. The gateway's
 * origin serves all adapters and the management API, so no adapter may send them.
 */
const ENDS_HERE = new Set<string>([
  HEADER.sessionId, // the gateway gives one of its own
  HEADER.requestId,
  // A browser keeps these for the origin, or acts on what it keeps.
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
  // A browser asks for the URLs that these name, which may be the gateway's.
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
  // A proxy sends a file of its own, or asks another server, because of these.
  'surrogate-control',
  'x-lighttpd-send-file',
  'x-lighttpd-send-tempfile',
  'x-reproxy-url',
  'x-sendfile',
  'x-sendfile2',
]);

/** The gateway says which pages may read an answer. Of what nginx obeys, only the header that keeps streams flowing passes. */
const FAMILIES = /^(access-control-.*|x-accel-(?!buffering$).*)$/;

/** A browser runs no script of the content, and takes it for no other type than the server says. */
const CONTAINMENT = ['Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff'] as const;

/**
 * The headers to send to the client, as a flat list: the server's, without those that act on the gateway's origin, and with those
 * that keep the content from it (CSP Level 3 §6.3.2; Fetch Standard, `X-Content-Type-Options`).
 */
export function responseHeaders(raw: readonly string[]): string[] {
  const outgoing = passOn(raw, connectionOf(raw), (key) => ENDS_HERE.has(key) || FAMILIES.test(key));
  outgoing.push(...CONTAINMENT);
  return outgoing;
}
