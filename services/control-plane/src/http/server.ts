import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '@mcp-gateway/platform/logging';
import { HookedResponse, type TlsFiles } from '@mcp-gateway/platform/serving';

/** The kubelet asks for them and has no certificate. */
const HEALTH = new Set(['/livez', '/readyz']);

/**
 * The server of the API: over TLS with a certificate; and with an authority, only for callers that have a certificate of
 * it, except for health. It ends the connections of others without an answer, as a failed handshake would: so a data
 * plane whose certificate has expired answers 503 to its clients. The log has the reason.
 */
export function createApiServer(serve: RequestListener, tls: TlsFiles | undefined, log: Logger): Server {
  if (!tls) return createServer({ ServerResponse: HookedResponse }, serve);
  const isVerified = (req: IncomingMessage): boolean => {
    const { authorized, authorizationError: reason, remoteAddress: address } = req.socket as TLSSocket;
    if (authorized || HEALTH.has(req.url ?? '')) return true;
    const text = reason instanceof Error ? reason.message : (reason ?? 'it has shown none');
    log.warn({ address, reason: text }, 'a caller without a valid client certificate is refused');
    return false;
  };
  const checked: RequestListener = (req, res) => {
    if (isVerified(req)) serve(req, res);
    else req.socket.destroy();
  };
  // Not refused in the handshake: health has no certificate.
  const verification = { requestCert: tls.ca !== undefined, rejectUnauthorized: false };
  const listener = tls.ca ? checked : serve;
  return createSecureServer({ ServerResponse: HookedResponse, ...tls, ...verification }, listener);
}
