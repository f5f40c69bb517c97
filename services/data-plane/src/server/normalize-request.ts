import type { IncomingMessage } from 'node:http';
import { headerValues } from '@mcp-gateway/protocol';

/** A fault that Node's parser accepts although the request must not be served, and the status to answer with. */
export interface MessageFault {
  status: 400 | 417 | 501 | 505;
  why: string;
}

/** A name, an IPv4 address or an IPv6 address in brackets, and an optional port (RFC 9110 §7.2). */
const HOST = /^(\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;

type Message = Pick<IncomingMessage, 'httpVersion' | 'headers' | 'rawHeaders' | 'url'>;

/**
 * The fault for which a request is ambiguous, or null. A server that reads an ambiguous request differently can be
 * tricked past the gateway.
 */
export function messageFault({ httpVersion, headers, rawHeaders, url }: Message): MessageFault | null {
  if (!/^1\.[01]$/.test(httpVersion)) return { status: 505, why: 'This port speaks HTTP/1.1.' };
  const hosts = headerValues(rawHeaders, 'host');
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion === '1.1'))
    return { status: 400, why: 'Host must be given once (RFC 9112 §3.2).' };
  if (!HOST.test(hosts[0] ?? '')) return { status: 400, why: 'Host must be a name or an address (RFC 9112 §3.2).' };
  const authority = authorityOf(url);
  if (authority !== undefined && (/^(:|$)/.test(authority) || !HOST.test(authority))) {
    return { status: 400, why: 'The target must name a host, and no user (RFC 9110 §4.2.1, §4.2.4).' };
  }
  if (httpVersion === '1.1' && !/^(100-continue)?$/i.test(headers.expect ?? '')) {
    return { status: 417, why: 'Expect must be 100-continue (RFC 9110 §10.1.1).' };
  }
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (httpVersion === '1.0') return { status: 400, why: 'HTTP/1.0 has no Transfer-Encoding (RFC 9112 §6.1).' };
  if (coding.toLowerCase() === 'chunked') return null;
  return { status: 501, why: 'Transfer-Encoding must be chunked (RFC 9112 §6.1); compress with Content-Encoding.' };
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** The host in a request target, if there is one. */
const authorityOf = (target: string | undefined): string | undefined => ABSOLUTE.exec(target ?? '')?.[1];

/** Turns an absolute request target into origin form. Its host replaces the `Host` header (RFC 9112 §3.2.2). */
export function toOriginForm(req: IncomingMessage): void {
  const [, authority, rest = ''] = ABSOLUTE.exec(req.url ?? '') ?? [];
  if (authority === undefined) return;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  req.headers.host = authority;
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    if (req.rawHeaders[i]?.toLowerCase() === 'host') req.rawHeaders[i + 1] = authority;
  }
}
