import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { HANDSHAKE_ENDED } from '@mcp-gateway/platform/egress';
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
