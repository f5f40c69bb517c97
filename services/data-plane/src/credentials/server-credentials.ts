import type { Agent } from 'node:https';
import { type BrokerClient, brokerClient, credentialCache, tlsOf } from '@mcp-gateway/credentials';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { IdentityKeys } from './identity-keys.js';
import { identityTokens } from './identity-tokens.js';
import { type ServerCertificates, serverCertificates } from './server-certificates.js';
import { type UpstreamCredentials, upstreamCredentials } from './upstream-credentials.js';

export interface ServerCredentialSettings {
  controlPlane: string;
  controlPlaneAgent?: Agent | undefined;
  internalSecrets: () => readonly string[];
  identityKeys?: (() => IdentityKeys) | undefined;
  publicUrl?: string | undefined;
  signIn?: unknown;
}

export interface ServerCredentials {
  credentials: UpstreamCredentials;
  certificates: ServerCertificates;
  broker: BrokerClient;
}

/**
 * What the gateway puts on requests to servers, and what it shows them when it connects.
 * @param now milliseconds since the epoch
 */
export function serverCredentials(
  {
    controlPlane,
    controlPlaneAgent: agent,
    internalSecrets,
    identityKeys,
    publicUrl,
    signIn,
  }: ServerCredentialSettings,
  log: Logger,
  now: (() => number) | undefined,
): ServerCredentials {
  const broker = brokerClient({ controlPlane, secrets: internalSecrets, tls: tlsOf(agent), log });
  const credentials = upstreamCredentials({
    cache: credentialCache({ broker, now }),
    internalSecrets,
    identityTokens: identityTokens({ keys: identityKeys, issuer: publicUrl, now }),
    hasTokens: signIn !== undefined,
  });
  return { credentials, certificates: serverCertificates({ broker, now }), broker };
}
