import {
  CertificateRequest,
  CredentialRequest,
  type ResourceKind,
  type ServerTls,
  type UpstreamAuth,
} from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { RequestHandler } from 'express';
import type { z } from 'zod';
import { requireOwnService } from '../http/origin.js';
import { jsonBody, parseBody } from '../http/request.js';
import type { CredentialBroker } from './broker.js';

interface CredentialNames {
  upstreamAuth?: Pick<UpstreamAuth, 'credential'> | undefined;
  tls?: ServerTls | undefined;
}

interface CredentialRows {
  find(name: string): Promise<{ id: string; deletedAt: Date | null; spec: CredentialNames } | null>;
}

export interface CredentialRouteParts {
  /** Reads resources by their kind; services do not say which credential a resource uses. A kind without rows has none. */
  rows: Partial<Record<ResourceKind, CredentialRows>>;
  broker: CredentialBroker;
}

/**
 * Gives credentials and certificates to data planes and tool routers, by path. They are not part of the API: data planes
 * forward no request to them.
 */
export function credentialRoutes({ rows, broker }: CredentialRouteParts): Record<string, RequestHandler[]> {
  const guarded = (handler: RequestHandler) => [requireOwnService, ...jsonBody, handler];
  return {
    '/internal/credentials': guarded(async (req, res) => {
      const { subjectToken, renew, ...resource } = parseBody(CredentialRequest, req.body);
      const { upstreamAuth } = await specOf(rows, resource);
      const issued = await broker.issue(named(upstreamAuth), subjectToken, renew);
      res.set('Cache-Control', 'no-store').json(issued);
    }),
    '/internal/certificates': guarded(async (req, res) => {
      const { tls } = await specOf(rows, parseBody(CertificateRequest, req.body));
      res.set('Cache-Control', 'no-store').json(broker.certificates(named(tls)));
    }),
  };
}

/** @throws GatewayError ADAPTER_NOT_FOUND, for every kind */
async function specOf(
  rows: CredentialRouteParts['rows'],
  { kind, name, resourceId }: z.infer<typeof CertificateRequest>,
): Promise<CredentialNames> {
  const row = await rows[kind]?.find(name);
  if (!row || row.deletedAt || row.id !== resourceId) throw new GatewayError('ADAPTER_NOT_FOUND');
  return row.spec;
}

function named({ credential }: { credential?: string | undefined } = {}): string {
  if (credential !== undefined) return credential;
  throw new GatewayError('CREDENTIAL_UNAVAILABLE', { detail: 'the resource names no credential any more' });
}
