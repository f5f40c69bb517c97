import { describe, expect, it } from '@jest/globals';
import { addressPolicy } from './networks.js';

describe('an address', () => {
  it.each([
    ['1.1.1.1', undefined],
    ['2606:4700::1111', undefined],
    ['::ffff:1.1.1.1', undefined],
    ['10.0.0.5', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['172.32.0.1', undefined],
    ['192.168.1.1', 'a private address'],
    ['127.8.8.8', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['0.0.0.0', 'an unspecified address'],
    ['0.1.2.3', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['169.254.10.10', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['100.64.0.1', 'an address of a carrier-grade NAT'],
    ['fc00::1', 'a unique local address'],
    ['fd12:3456::1', 'a unique local address'],
    ['::ffff:10.0.0.1', 'a private address'],
    ['::ffff:7f00:1', 'a loopback address'],
    ['64:ff9b::a00:1', 'a NAT64 address'],
    ['64:ff9b::101:101', 'a NAT64 address'],
    ['2002:a00:1::', 'a 6to4 address'],
    ['2001:0:1::', 'a Teredo address'],
    ['224.0.0.1', 'a multicast address'],
    ['255.255.255.255', 'a broadcast address'],
    ['192.0.2.1', 'a reserved address'],
    ['198.18.0.1', 'a reserved address'],
    ['240.0.0.1', 'a reserved address'],
    ['2001:db8::1', 'a reserved address'],
    ['169.254.169.254', 'the address of a metadata service'],
    ['::ffff:169.254.169.254', 'the address of a metadata service'],
    ['fd00:ec2::254', 'the address of a metadata service'],
    ['100.100.100.200', 'the address of a metadata service'],
    ['168.63.129.16', 'the address of a metadata service'],
    ['64:ff9b::a9fe:a9fe', 'the address of a metadata service'],
    ['localhost', 'no address'],
  ])('%s is %s', (address, why) => {
    expect(addressPolicy([])(address)).toBe(why);
  });

  it.each([
    [['10.0.0.0/8'], '10.255.0.1', true],
    [['10.0.0.0/8'], '::ffff:10.1.1.1', true],
    [['10.0.0.0/8'], '11.0.0.1', true],
    [['10.0.0.0/8'], '192.168.0.1', false],
    [['192.168.1.7'], '192.168.1.7', true],
    [['192.168.1.7'], '192.168.1.8', false],
    [['::ffff:10.0.0.0/104'], '10.9.9.9', true],
    [['fd00::/8'], 'fd00::7', true],
    [['fd00::/8'], '10.0.0.1', false],
    [['64:ff9b::/96'], '64:ff9b::808:808', true],
    [['0.0.0.0/0', '::/0'], '127.0.0.1', true],
    [['0.0.0.0/0', '::/0'], '169.254.169.254', false],
    [['0.0.0.0/0', '::/0'], 'fd00:ec2::254', false],
    [['0.0.0.0/0', '64:ff9b::/96'], '64:ff9b::a9fe:a9fe', false],
    [['169.254.169.254'], '169.254.169.254', true],
  ])('with %j allowed, %s may be connected to: %s', (allowed, address, may) => {
    expect(addressPolicy(allowed)(address) === undefined).toBe(may);
  });
});
