import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { developmentSignIn } from './development.js';
import { refuseReplicas } from './refuse-replicas.js';

const ADDRESSES = new Map([
  ['10.0.0.7', 'echo'],
  ['fd00::7', 'echo'],
  ['10.0.0.8', 'agent'],
]);
const replicas = (isLoaded = true) => ({
  isLoaded: () => isLoaded,
  resourceAt(address: string) {
    const name = ADDRESSES.get(address);
    return name === undefined ? undefined : adapterRef(name);
  },
});

async function signIn(address: string | undefined, headers: IncomingHttpHeaders = {}, loaded = true) {
  const check = refuseReplicas(replicas(loaded), { allowed: ['agent'], untilRead: 'refuse' });
  return (async () => developmentSignIn(check)({ headers, address }))().then(
    ({ subject }) => subject,
    (error: GatewayError) => error.code,
  );
}

describe('development sign-in', () => {
  it.each([
    ['10.0.0.9', {}, 'dev'],
    ['10.0.0.7', {}, 'FORBIDDEN'],
    ['10.0.0.7', { 'x-dev-roles': 'mcp.admin' }, 'FORBIDDEN'],
    ['::ffff:10.0.0.7', {}, 'FORBIDDEN'],
    ['fd00::7', {}, 'FORBIDDEN'],
    ['10.0.0.8', {}, 'dev'],
    // Through a proxy, such as an Ingress.
    ['10.0.0.9', { 'x-forwarded-for': '10.0.0.7' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': '203.0.113.5, ::ffff:10.0.0.7,10.0.0.9' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': '203.0.113.5' }, 'dev'],
    ['10.0.0.7', { 'x-forwarded-for': '10.0.0.8' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': '203.0.113.5, 10.0.0.7:4711' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': '[fd00::7]:4711' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': 'FD00:0:0::7' }, 'FORBIDDEN'],
    ['10.0.0.9', { 'x-forwarded-for': '::ffff:a00:7' }, 'FORBIDDEN'],
    ['10.0.0.9', { forwarded: 'for=203.0.113.5, proto=http;For="[fd00::7]:4711"' }, 'FORBIDDEN'],
    ['10.0.0.9', { forwarded: 'for=10.0.0.7' }, 'FORBIDDEN'],
    ['10.0.0.9', { forwarded: 'for=unknown;by=10.0.0.7' }, 'dev'],
    // It has reset its connection.
    [undefined, {}, 'FORBIDDEN'],
    [undefined, { 'x-forwarded-for': '10.0.0.8' }, 'FORBIDDEN'],
  ])('from %s with %j ends with %s', async (address, headers, expected) => {
    expect(await signIn(address, headers)).toBe(expected);
  });

  it('is refused to every caller until replicas are known, where pods can call', async () => {
    expect(await signIn('10.0.0.9', {}, false)).toBe('UNAVAILABLE');
  });

  it('is allowed before replicas are known, where no pod can call', async () => {
    const check = refuseReplicas(replicas(false), { allowed: [], untilRead: 'allow' });
    expect(developmentSignIn(check)({ headers: {}, address: '10.0.0.9' })).toMatchObject({ subject: 'dev' });
  });
});
