import { GatewayError } from '@mcp-gateway/common/errors';
import type { Request, RequestHandler } from 'express';

/** For the methods that a path does not have: 405, and OPTIONS tells those that it has (RFC 9110 §9.3.7, §15.5.6). */
export const methodNotAllowed =
  (...methods: string[]): RequestHandler =>
  (req, res) => {
    const allow = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods, 'OPTIONS'].join(', ');
    if (req.method === 'OPTIONS') return void res.status(204).set('Allow', allow).end();
    const detail = `${req.method} is not possible on ${req.originalUrl.split('?')[0]}; use one of ${allow}${instead(req)}`;
    throw new GatewayError('METHOD_NOT_ALLOWED', { detail, headers: { allow } });
  };

/** A POST to one adapter is either meant for all of them, or an MCP client has been given the wrong URL. */
function instead({ method, params: { name } }: Request): string {
  if (method !== 'POST' || typeof name !== 'string') return '';
  return `; POST /adapters registers an adapter, and MCP clients use /adapters/${encodeURIComponent(name)}/mcp`;
}
