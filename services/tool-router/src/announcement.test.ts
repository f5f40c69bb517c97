import { expect, it } from '@jest/globals';
import { announcedUrl } from './announcement.js';

const address = (family: string, of: string, internal = false) => ({ family, address: of, internal }) as never;
const MACHINE = {
  lo: [address('IPv4', '127.0.0.1', true), address('IPv6', '::1', true)],
  eth0: [address('IPv6', 'fe80::1'), address('IPv6', 'fd00::7'), address('IPv4', '10.0.0.7')],
};
const IPV6_ONLY = { eth0: [address('IPv6', 'fe80::1'), address('IPv6', 'fd00::7')] };

it.each([
  ['the host that is set', { announcedHost: '10.1.1.1', host: '::' }, MACHINE, 'http://10.1.1.1:8000'],
  ['an IPv6 address that is set', { announcedHost: 'fd00::9', host: '::' }, MACHINE, 'http://[fd00::9]:8000'],
  ['a name that is set', { announcedHost: 'router', host: '0.0.0.0' }, MACHINE, 'http://router:8000'],
  ['where it listens', { announcedHost: undefined, host: '127.0.0.1' }, MACHINE, 'http://127.0.0.1:8000'],
  ['the first address of the machine', { announcedHost: undefined, host: '::' }, MACHINE, 'http://10.0.0.7:8000'],
  ['IPv6 without IPv4', { announcedHost: undefined, host: '0.0.0.0' }, IPV6_ONLY, 'http://[fd00::7]:8000'],
])('a tool router is announced at %s', (_, where, interfaces, url) => {
  expect(announcedUrl({ ...where, port: 8000 }, interfaces)).toBe(url);
});

it('a machine without an address but loopback is an error that names the setting', () => {
  const listening = { announcedHost: undefined, host: '::', port: 8000 };
  expect(() => announcedUrl(listening, { lo: MACHINE.lo })).toThrow('MCP_GATEWAY_ANNOUNCED_HOST');
});
