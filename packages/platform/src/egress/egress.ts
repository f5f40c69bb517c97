import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { buildConnector } from 'undici';
import { addressPolicy } from './networks.js';
import { openTunnel, type ProxyChoice } from './proxies.js';

/** How the gateway connects to servers whose URL a caller has chosen. */
export interface Egress {
  /**
   * Looks names up for `net.connect`, and finds only addresses that the gateway may connect to. So what was checked is
   * what is connected to, whatever the name leads to a moment later.
   */
  lookup: LookupFunction;
  /**
   * Connections that keep to the rules: directly, or through a proxy. `base` has to look names up with `lookup`.
   * A connection that is not permitted fails with GatewayError UPSTREAM_NOT_ALLOWED.
   */
  connector(base: buildConnector.connector): buildConnector.connector;
}

export interface EgressParts {
  /** Addresses and ranges, such as `10.0.0.0/8`, that the gateway may connect to although they are not public. */
  allowedNetworks: readonly string[];
  proxyFor?: ProxyChoice | undefined;
  /** Default: that of the system. */
  lookup?: LookupFunction | undefined;
}

/** How long a connection may take: to a proxy, and from there to the server. */
export const EGRESS_CONNECT_MS = 10_000;

export function createEgress({
  allowedNetworks,
  proxyFor = () => undefined,
  lookup = systemLookup,
}: EgressParts): Egress {
  const refusalOf = addressPolicy(allowedNetworks);

  const guarded: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = (typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found).filter(
        ({ address }) => isIP(address) > 0,
      );
      const permitted = addresses.filter(({ address }) => refusalOf(address) === undefined);
      const [first] = permitted;
      if (!first) {
        const why = refusalOf(addresses[0]?.address ?? '') ?? 'no address';
        return callback(notAllowed(`the host name of the server leads to ${why}`), []);
      }
      return options.all ? callback(null, permitted) : callback(null, first.address, first.family);
    });
  };

  /** The proxy decides where a name leads. What the gateway itself finds must be permitted; a name that it cannot find passes. */
  const checked = (hostname: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (isIP(hostname) > 0) return resolve();
      lookup(hostname, { all: true }, (error, found) => {
        const addresses = error ? [] : typeof found === 'string' ? [{ address: found }] : found;
        const why = addresses.map(({ address }) => refusalOf(address)).find((each) => each !== undefined);
        if (why === undefined) resolve();
        else reject(notAllowed(`the host name of the server leads to ${why}`));
      });
    });

  return {
    lookup: guarded,
    connector: (base) => (asked, callback) => {
      const hostname = asked.hostname.replaceAll(/[[\]]/g, '');
      const why = isIP(hostname) > 0 ? refusalOf(hostname) : undefined;
      if (why !== undefined) return callback(notAllowed(`the URL of the server has ${why}`), null);
      const { protocol } = asked;
      const port = asked.port || (protocol === 'https:' ? '443' : '80');
      const proxy = proxyFor({ protocol, hostname, port });
      if (!proxy) return base(asked, callback);
      const through = (httpSocket: Socket) =>
        protocol === 'https:' ? base({ ...asked, httpSocket }, callback) : callback(null, httpSocket);
      const fail = (error: Error) => callback(error, null);
      void checked(hostname)
        .then(() => openTunnel(proxy, { hostname, port }, EGRESS_CONNECT_MS))
        .then(through, fail);
    },
  };
}

/** The address itself is not for the caller, who could explore the network by it. */
const notAllowed = (why: string): GatewayError =>
  new GatewayError('UPSTREAM_NOT_ALLOWED', {
    detail: `${why}; the operator can permit it in MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS`,
  });
