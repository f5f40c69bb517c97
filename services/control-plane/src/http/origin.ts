import { forbidden, malformedRequest } from '@mcp-gateway/common/errors';
import { clientAddressBy, type IsOwnService } from '@mcp-gateway/identity';
import { INTERNAL_SECRET_HEADER } from '@mcp-gateway/platform/serving';
import type { Request, RequestHandler } from 'express';

/** Headers in which a proxy says where a request comes from (RFC 7239, and those before it). */
const OF_PROXIES = /^(forwarded|x[-_]forwarded[-_].*)$/;

const own = new WeakSet<Request>();

/** Refuses requests without one of the secrets. Comes after `settleOrigin`. */
export const requireOwnService: RequestHandler = (req, _res, next) => {
  if (!own.has(req)) {
    throw forbidden('MCP_GATEWAY_INTERNAL_SECRETS of the caller and of the control plane have no secret in common');
  }
  next();
};

/** Scheme and host at which clients see the gateway, as a data plane or a trusted proxy said. */
const seen = new WeakMap<Request, string>();

const AUTHORITY = /^[\w.:[\]-]{1,255}$/;

export interface OriginParts {
  isOwnService: IsOwnService;
  /** Every caller has a client certificate, except for health. */
  hasCertificates: boolean;
  /** Addresses or ranges of proxies, beside data planes. */
  trustedProxies: readonly string[];
}

/**
 * Leaves `X-Forwarded-For` on a request only as the address of its client, and only if a data plane or a trusted proxy
 * wrote it. All other headers of proxies go: the control plane takes no host and no scheme from them.
 */
export function settleOrigin({ isOwnService, hasCertificates, trustedProxies }: OriginParts): RequestHandler {
  const clientAddress = clientAddressBy(trustedProxies);
  return (req, _res, next) => {
    const { headers, socket } = req;
    const isOwn = isOwnService(headers);
    if (isOwn) own.add(req);
    const isTrusted = hasCertificates || isOwn;
    const said = headers['x-forwarded-for']?.toString();
    const client = isTrusted ? said : clientAddress({ headers, address: socket.remoteAddress });
    const origin = isTrusted ? saidOrigin(headers) : undefined;
    if (origin !== undefined) seen.set(req, origin);
    for (const name of Object.keys(headers)) if (OF_PROXIES.test(name)) delete headers[name];
    delete headers[INTERNAL_SECRET_HEADER];
    if (client) headers['x-forwarded-for'] = client;
    next();
  };
}

function saidOrigin(headers: Request['headers']): string | undefined {
  const [proto, host] = [headers['x-forwarded-proto']?.toString(), headers['x-forwarded-host']?.toString()];
  const isPlain = proto !== undefined && /^https?$/.test(proto) && host !== undefined && AUTHORITY.test(host);
  const origin = isPlain ? `${proto}://${host}` : undefined;
  return origin !== undefined && URL.canParse(origin) ? origin : undefined;
}

/** Scheme and host at which the client sees the gateway, such as `https://tools.example.com`; else those of the request itself. */
export function seenOrigin(req: Request): string {
  const said = seen.get(req);
  if (said !== undefined) return said;
  const origin = `${req.protocol}://${req.headers.host ?? ''}`;
  return URL.canParse(origin) ? origin : 'http://localhost';
}

/** Refuses two `Authorization` headers, of which Node keeps the first: a proxy in front may have looked at the other. */
export const refuseTwoSignIns: RequestHandler = ({ rawHeaders }, _res, next) => {
  const given = rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'authorization');
  if (given.length > 1) throw malformedRequest('Authorization must be given once (RFC 9110 §11.6.2)');
  next();
};
