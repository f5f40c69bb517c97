import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { buildConnector } from 'undici';
import type { ServerCertificates } from '../credentials/server-certificates.js';

/** How to connect to a server that speaks TLS; undefined for the certificates of the system. */
export type EndpointTls = Endpoint['tls'];

export interface TlsConnectorParts {
  /** The settings of the adapter now: they may change while the pool of the endpoint exists. */
  settings: () => EndpointTls;
  certificates: ServerCertificates | undefined;
  options: buildConnector.BuildOptions;
}

/**
 * Opens the connections of a pool: verifies the certificate of the server for `serverName`, or else for the host of its
 * URL, and shows the client certificate. Only HTTP/1.1 is spoken, because a connection carries one request at a time.
 */
export function tlsConnector({ settings, certificates, options }: TlsConnectorParts): buildConnector.connector {
  // One for each certificate, so that no TLS session goes on that another certificate has opened.
  const connectors = new WeakMap<SecureContext, buildConnector.connector>();
  const plain = buildConnector({ ...options, allowH2: false });

  function connectorOf(secureContext: SecureContext): buildConnector.connector {
    let connector = connectors.get(secureContext);
    if (!connector) {
      connector = buildConnector({ ...options, allowH2: false, secureContext });
      connectors.set(secureContext, connector);
    }
    return connector;
  }

  return (asked, callback) => {
    const tls = settings();
    const { servername: _, ...rest } = asked; // that of the request
    // Without a name, undici takes the host of the URL, and sends no address (RFC 6066 §3).
    const to = tls?.serverName === undefined ? rest : { ...rest, servername: tls.serverName };
    const done = handshakeOver(callback);
    if (tls?.credential === undefined || !certificates) return plain(to, done);
    const { name, resourceId, credential } = tls;
    const use = { name, resourceId, credential };
    const connect = (context: SecureContext) =>
      connectorOf(context)(to, (...result) => {
        if (result[0]) certificates.failed(use);
        done(...result);
      });
    const found = certificates.get(use);
    const fail = (error: Error) => done(error, null);
    if (found instanceof Promise) void found.then(connect, fail);
    else connect(found);
  };
}

/** The code of a connection that the server ended during the handshake. */
export const HANDSHAKE_ENDED = 'ERR_TLS_HANDSHAKE_ENDED';

const handshakeOver =
  (callback: buildConnector.Callback): buildConnector.Callback =>
  (...result) => {
    const [error, socket] = result as [(Error & { code?: string }) | null, Socket | null];
    // Closes at once: an alert of the server comes with the end of the connection, for which undici would take it.
    socket?.once('error', (fault) => void socket.destroy(fault));
    if (error?.code === 'ECONNRESET') error.code = HANDSHAKE_ENDED;
    callback(...result);
  };

export const isSameTls = (one: EndpointTls, other: EndpointTls): boolean =>
  one?.credential === other?.credential && one?.serverName === other?.serverName;

/** Faults of the certificate of the server, by the code of OpenSSL or of Node. */
const UNTRUSTED: Record<string, string> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'is revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
};

const OF_AUTHORITY =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|CERT_UNTRUSTED$|CERT_CHAIN_TOO_LONG$|CERT_SIGNATURE_FAILURE$)/;
/** Alerts by which a server refuses the certificate of a client, or that it sent none (RFC 8446 §6.2). */
const REFUSAL =
  /^ERR_SSL_(?:TLSV1\d?|SSLV3|SSL\/TLS|TLS)_ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);

/**
 * What is wrong between gateway and server, for the caller; undefined for errors of other kinds. All of these end the
 * handshake, so the server has not acted on the request.
 * @param code of the error
 * @param isSent a byte of the request may have been sent
 */
export function tlsFault(code: string | undefined, isSent: boolean): string | undefined {
  if (code === undefined) return undefined;
  const own = UNTRUSTED[code] ?? (OF_AUTHORITY.test(code) ? 'is of an authority that the gateway does not trust' : '');
  if (own) return `the certificate of the server ${own}${code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? SET_NAME : ''}`;
  const alert = REFUSAL.exec(code)?.[1];
  if (alert === 'CERTIFICATE_REQUIRED') {
    return 'the server requires a client certificate; name a credential with one in tls of the adapter';
  }
  if (alert) return `the server refuses the certificate of the gateway (${alert.toLowerCase().replaceAll('_', ' ')})`;
  if (isSent) return undefined;
  if (NOT_TLS.has(code)) return 'the server does not speak TLS on its port';
  const words = code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ');
  return code.startsWith('ERR_SSL_') ? `the TLS handshake fails (${words})` : undefined;
}

const SET_NAME = '; set tls.serverName of the adapter to the name in it';
