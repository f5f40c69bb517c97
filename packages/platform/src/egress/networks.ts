import addresses, { type IPv4, type IPv6 } from 'ipaddr.js';

type Address = IPv4 | IPv6;

/** Says why the gateway must not connect to an address, such as `a private address`; undefined when it may. */
export type AddressPolicy = (address: string) => string | undefined;

/** Ranges of the address registries of IANA that are not public, in words. All that are not named here are `a reserved address`. */
const KINDS: Record<string, string> = {
  unspecified: 'an unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'a loopback address',
  carrierGradeNat: 'an address of a carrier-grade NAT',
  private: 'a private address',
  uniqueLocal: 'a unique local address',
  rfc6052: 'a NAT64 address',
  '6to4': 'a 6to4 address',
  teredo: 'a Teredo address',
};

/**
 * Where clouds give out credentials of the machine: link-local of most clouds, and further addresses of AWS (IPv6), Alibaba, Oracle
 * and Azure. An allowed range does not open them; naming the address itself does.
 */
const METADATA = new Set(['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']);

/**
 * Public addresses, and those of the allowed ranges. An address that carries an IPv4 address, as `::ffff:10.0.0.1` does, counts as
 * that one.
 * @param allowed addresses, or ranges such as `10.0.0.0/8`
 */
export function addressPolicy(allowed: readonly string[]): AddressPolicy {
  const ranges = allowed.map(rangeOf);
  return (text) => {
    if (!addresses.isValid(text)) return 'no address';
    const address = plain(addresses.parse(text));
    const isIn = ([network, bits]: readonly [Address, number]) =>
      network.kind() === address.kind() && address.match(network, bits);
    const inner = embedded(address);
    if (METADATA.has(address.toString()) || (inner && METADATA.has(inner.toString()))) {
      const isNamed = ranges.some((range) => isIn(range) && range[1] === (address.kind() === 'ipv4' ? 32 : 128));
      return isNamed ? undefined : 'the address of a metadata service';
    }
    if (address.range() === 'unicast' || ranges.some(isIn)) return undefined;
    return KINDS[address.range()] ?? 'a reserved address';
  };
}

function rangeOf(range: string): readonly [Address, number] {
  const [text = '', bits] = range.split('/');
  const address = plain(addresses.parse(text));
  const isShorter = address.kind() === 'ipv4' && text.includes(':');
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  return [address, bits === undefined ? whole : Math.max(0, Number(bits) - (isShorter ? 96 : 0))];
}

const plain = (address: Address): Address =>
  address.kind() === 'ipv6' && (address as IPv6).isIPv4MappedAddress() ? (address as IPv6).toIPv4Address() : address;

/** The IPv4 address that a NAT64 address leads to (RFC 6052 §2.2, /96). */
function embedded(address: Address): Address | undefined {
  if (address.kind() !== 'ipv6' || address.range() !== 'rfc6052') return undefined;
  return addresses.parse(address.toByteArray().slice(12).join('.'));
}
