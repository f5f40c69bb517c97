import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { addressIn, clientOf, trustIn } from '@mcp-gateway/identity';

/** Returns the origin of a request as a flat list of `X-Forwarded-*` and `Forwarded` headers (RFC 7239). */
export type Forwarded = (req: IncomingMessage) => readonly string[];

const AUTHORITY = /^[\w.:[\]-]{1,255}$/;
const PROTO = /^https?$/;
const FAMILY = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/** The address of a connection, and the result for its last request. */
interface Hop {
  peer: string;
  isTrusted: boolean;
  host?: string | undefined;
  /** What a trusted proxy said. */
  said?: string | undefined;
  flat?: readonly string[];
}

/**
 * Determines where requests come from. The connection has an address; a proxy in the trusted ranges adds the address
 * that it serves. Of a list of addresses, the last one that is not a trusted proxy counts; the client may have invented
 * those before it. The result is cached with the connection, whose requests mostly give the same.
 */
export function forwardedBy(trustedRanges: readonly string[]): Forwarded {
  const isTrusted = trustIn(trustedRanges);
  const hops = new WeakMap<object, Hop>();

  function hopOf(socket: IncomingMessage['socket']): Hop {
    let hop = hops.get(socket);
    if (!hop) {
      const peer = addressIn(socket.remoteAddress ?? '');
      hops.set(socket, (hop = { peer, isTrusted: isTrusted(peer) }));
    }
    return hop;
  }

  return ({ socket, headers }) => {
    const hop = hopOf(socket);
    const said = hop.isTrusted ? FAMILY.map((name) => headers[name]).join('\n') : undefined;
    if (hop.flat && hop.host === headers.host && hop.said === said) return hop.flat;
    hop.host = headers.host;
    hop.said = said;
    const [list = '', otherHost = '', otherProto = ''] = said?.split('\n') ?? [];
    const proto = lastOf(otherProto).toLowerCase();
    const own = 'encrypted' in socket && socket.encrypted ? 'https' : 'http';
    return (hop.flat = flatList({
      client: clientOf(hop.peer, list, isTrusted),
      host: [lastOf(otherHost), headers.host ?? ''].find((each) => AUTHORITY.test(each)),
      proto: PROTO.test(proto) ? proto : own,
    }));
  };
}

const lastOf = (list: string): string => list.split(',').at(-1)?.trim() ?? '';

function flatList({ client, host, proto }: { client: string; host: string | undefined; proto: string }): string[] {
  const node = isIPv6(client) ? `"[${client}]"` : client || 'unknown';
  return [
    ...(client ? ['X-Forwarded-For', client] : []),
    ...(host === undefined ? [] : ['X-Forwarded-Host', host]),
    'X-Forwarded-Proto',
    proto,
    'Forwarded',
    [`for=${node}`, ...(host === undefined ? [] : [`host="${host}"`]), `proto=${proto}`].join(';'),
  ];
}
