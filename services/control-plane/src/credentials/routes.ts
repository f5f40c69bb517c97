import { createHash, timingSafeEqual } from 'node:crypto';
import { CredentialRequest, type UpstreamAuth } from '@mcp-gateway/common/contracts';
import { forbidden, GatewayError } from '@mcp-gateway/common/errors';
import type { RequestHandler } from 'express';
import { jsonBody, parseBody } from '../http/request.js';
import type { CredentialBroker } from './broker.js';

export interface CredentialRouteParts {
  /** Each of them proves that the caller is a service of this gateway. */
  secrets: () => readonly string[];
  /** Reads adapters; the data plane does not say which credential an adapter uses. */
  rows: {
    find(
      name: string,
    ): Promise<{ id: string; deletedAt: Date | null; spec: { upstreamAuth?: UpstreamAuth | undefined } } | null>;
  };
  broker: CredentialBroker;
}

/** Gives credentials to data planes. It is not part of the API: data planes forward no request to it. */
export const credentialRoutes = ({ secrets, rows, broker }: CredentialRouteParts): RequestHandler[] => [
  requireSecret(secrets),
  ...jsonBody,
  async (req, res) => {
    const { name, resourceId, subjectToken, renew } = parseBody(CredentialRequest, req.body);
    const row = await rows.find(name);
    if (!row || row.deletedAt || row.id !== resourceId) throw new GatewayError('ADAPTER_NOT_FOUND');
    const credential = row.spec.upstreamAuth?.credential;
    if (credential === undefined) {
      throw new GatewayError('CREDENTIAL_UNAVAILABLE', { detail: 'the adapter names no credential any more' });
    }
    res.set('Cache-Control', 'no-store').json(await broker.issue(credential, subjectToken, renew));
  },
];

const digest = (text: string) => createHash('sha256').update(text).digest();

function requireSecret(secrets: () => readonly string[]): RequestHandler {
  return (req, _res, next) => {
    const given = digest(/^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '');
    if (!secrets().some((each) => timingSafeEqual(digest(each), given))) {
      throw forbidden(
        'MCP_GATEWAY_INTERNAL_SECRETS of the data plane and of the control plane have no secret in common',
      );
    }
    next();
  };
}
