import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../errors/gateway-error.js';

/**
 * Refuses callers by where they call from.
 * @param address the other end of the connection
 * @throws GatewayError FORBIDDEN, UNAVAILABLE
 */
export type CallerCheck = (headers: IncomingHttpHeaders, address?: string) => void;

interface Replicas {
  isLoaded(): boolean;
  adapterAt(address: string): string | undefined;
}

export interface CallerRules {
  /** Names of adapters whose replicas may call all the same. */
  allowed: readonly string[];
  /** What becomes of a caller while no replica is known yet. */
  untilRead: 'allow' | 'refuse';
}

/**
 * Development sign-in takes callers at their word, so a server that can be made to send a request would be an admin. This refuses
 * replicas of adapters, as far as addresses tell them: a proxy in between hides one unless it says whom it forwards for.
 */
export function refuseReplicas(replicas: Replicas, { allowed, untilRead }: CallerRules): CallerCheck {
  const check = (address: string) => {
    const adapter = replicas.adapterAt(plain(address));
    if (adapter !== undefined && !allowed.includes(adapter)) throw refusal();
  };
  return (headers, address) => {
    if (untilRead === 'refuse' && !replicas.isLoaded()) {
      throw new GatewayError('UNAVAILABLE', { detail: 'the gateway is starting', headers: { 'retry-after': '1' } });
    }
    if (address !== undefined) check(address);
    // A caller can add addresses here, which only harms itself, but not take away what a proxy adds.
    const forwardedFor = headers['x-forwarded-for'];
    if (forwardedFor !== undefined) for (const each of String(forwardedFor).split(',')) check(each.trim());
  };
}

/** An IPv4 address as a socket for both kinds has it (RFC 4291 §2.5.5.2), in its usual form. */
const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);

const refusal = () =>
  new GatewayError('FORBIDDEN', {
    detail:
      'development sign-in is not for servers, and this request comes from the address of a replica; ' +
      'the operator can let an adapter in by its name with MCP_GATEWAY_ALLOWED_CALLERS',
  });
