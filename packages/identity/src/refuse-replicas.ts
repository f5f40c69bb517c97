import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6, SocketAddress } from 'node:net';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError, gatewayStarting } from '@mcp-gateway/common/errors';

/**
 * Refuses callers by where they call from.
 * @param address the other end of the connection
 * @throws GatewayError FORBIDDEN, UNAVAILABLE
 */
export type CallerCheck = (headers: IncomingHttpHeaders, address?: string) => void;

interface Replicas {
  isLoaded(): boolean;
  resourceAt(address: string): ResourceRef | undefined;
}

export interface CallerRules {
  /** Names of adapters whose replicas may call all the same. */
  allowed: readonly string[];
  /** The decision on a caller while no replica is known yet. */
  untilRead: 'allow' | 'refuse';
}

/**
 * Development sign-in takes callers at their word, so a server that can be made to send a request would be an admin. This refuses
 * replicas of adapters, as far as addresses tell them: a proxy in between hides one unless it says whom it forwards for.
 */
export function refuseReplicas(replicas: Replicas, { allowed, untilRead }: CallerRules): CallerCheck {
  const check = (address: string) => {
    const resource = replicas.resourceAt(address);
    if (resource === undefined || (resource.kind === 'adapter' && allowed.includes(resource.name))) return;
    throw refusal('the address of a replica');
  };
  const peers = new Map<string, string>();
  const peerIn = (address: string): string => {
    let peer = peers.get(address);
    if (peer === undefined) {
      if (peers.size >= MAX_PEERS) peers.clear();
      peers.set(address, (peer = addressIn(address)));
    }
    return peer;
  };
  return (headers, address) => {
    if (untilRead === 'refuse' && !replicas.isLoaded()) throw gatewayStarting();
    // The system forgets the address of a caller that has reset its connection. Its bytes can still be read.
    if (address === undefined) throw refusal('an unknown address');
    check(peerIn(address));
    // A caller can add addresses here, which only harms itself, but not take away what a proxy adds.
    const { 'x-forwarded-for': list, forwarded } = headers;
    if (list !== undefined) for (const each of String(list).split(',')) check(addressIn(each.trim()));
    if (forwarded !== undefined) {
      for (const [, node = ''] of forwarded.matchAll(FORWARDED_FOR)) check(addressIn(node.trim()));
    }
  };
}

/** Addresses of connections whose usual form is remembered. */
const MAX_PEERS = 1_000;

/** A parameter of `Forwarded` (RFC 7239 §5.2). */
const FORWARDED_FOR = /\bfor="?([^",;]+)/gi;

/** The address in an entry of `X-Forwarded-For`, to which some proxies add the port, in its usual form. */
export const addressIn = (entry: string): string =>
  usual(/^\[([\da-f:.]+)\](?::\d+)?$/i.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry);

/** IPv4 as it is written everywhere else (RFC 4291 §2.5.5.2), and IPv6 as short as can be (RFC 5952) and without its zone. */
function usual(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const short = isIPv6(bare) ? new SocketAddress({ family: 'ipv6', address: bare }).address : bare;
  return short.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

const refusal = (origin: string) =>
  new GatewayError('FORBIDDEN', {
    detail:
      `development sign-in is not for servers, and this request comes from ${origin}; ` +
      'the operator can let an adapter in by its name with MCP_GATEWAY_ALLOWED_CALLERS',
  });
