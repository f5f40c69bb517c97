import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** The host that a request target names, if it names one. */
export const authorityOf = (target: string | undefined): string | undefined => ABSOLUTE.exec(target ?? '')?.[1];

/**
 * Turns a request target with scheme and host in front into the usual form. The host that it names counts, and the header
 * of that name is to be ignored (RFC 9112 §3.2.2).
 */
export function toOriginForm(req: IncomingMessage): void {
  const [, authority, rest = ''] = ABSOLUTE.exec(req.url ?? '') ?? [];
  if (authority === undefined) return;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  req.headers.host = authority;
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    if (req.rawHeaders[i]?.toLowerCase() === 'host') req.rawHeaders[i + 1] = authority;
  }
}
