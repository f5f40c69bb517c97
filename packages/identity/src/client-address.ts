import { BlockList, isIP, isIPv6 } from 'node:net';
import { addressIn } from './refuse-replicas.js';
import type { SignInRequest } from './verifier.js';

/** @param ranges addresses, or ranges such as `10.0.0.0/8` */
export function trustIn(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) =>
    ranges.length > 0 && isIP(address) > 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * The address of the client: of the other end of the connection and a list of addresses that proxies wrote, the last one
 * that is not a trusted proxy. The client may have invented those before it.
 * @param list as in `X-Forwarded-For`
 */
export function clientOf(peer: string, list: string, isTrusted: (address: string) => boolean): string {
  let client = peer;
  for (const each of list.split(',').toReversed()) {
    if (!isTrusted(client)) break;
    const next = addressIn(each.trim());
    if (isIP(next) === 0) break;
    client = next;
  }
  return client;
}

/** Determines the address of the client of a request. */
export function clientAddressBy(trustedRanges: readonly string[]): (request: SignInRequest) => string {
  const isTrusted = trustIn(trustedRanges);
  return ({ headers, address = '' }) =>
    clientOf(addressIn(address), headers['x-forwarded-for']?.toString() ?? '', isTrusted);
}
