import { request as secureRequest } from 'node:https';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { AuditTrail } from '@mcp-gateway/audit';
import { createApiKey } from '@mcp-gateway/identity';
import { authority } from '../data-plane/support/certificate.js';
import { unheededPublisher } from './support/api-key-answers.js';
import { startControlPlane, type ControlPlaneOptions } from './support/control-plane.js';

const SECRET = 'a-secret-of-thirty-two-characters-1';
const NEXT = 'a-secret-of-thirty-two-characters-2';
const own = authority();

/** A control plane, and the addresses that it records for requests. */
async function start(options: ControlPlaneOptions) {
  const addresses: unknown[] = [];
  const record = (text: string) => void addresses.push((JSON.parse(text) as { address?: unknown }).address);
  const trail: AuditTrail = { record, leaveOut: () => {}, close: async () => {} };
  const plane = await startControlPlane({ trail, ...options });
  const { cert, key } = own.issue();
  /** One refused request, with headers as a flat list. */
  const call = (headers: string[]) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const url = `${plane.url}/adapters/unknown`;
      const settings = {
        method: 'GET',
        agent: false,
        headers: ['Host', 'localhost', 'X-Dev-UserId', 'bob', ...headers],
      };
      const done = (res: IncomingMessage) => {
        let body = '';
        res.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ status: res.statusCode, body }));
      };
      const req = options.tls
        ? secureRequest(url, { ...settings, ca: own.ca, cert, key }, done)
        : request(url, settings as object, done);
      req.on('error', reject).end();
    });
  return { call, addresses };
}

const SAYS = ['X-Forwarded-For', '203.0.113.9'];
const credentials = { folder: undefined, secrets: () => [NEXT, SECRET] };

describe('the address of a client', () => {
  it.each<[string, ControlPlaneOptions, string[], string]>([
    ['nothing that proves it', { credentials }, SAYS, '127.0.0.1'],
    ['nothing, where there are no secrets', {}, [...SAYS, 'X-Mcp-Gateway-Secret', SECRET], '127.0.0.1'],
    ['another secret', { credentials }, [...SAYS, 'X-Mcp-Gateway-Secret', `${SECRET}x`], '127.0.0.1'],
    ['an empty secret', { credentials }, [...SAYS, 'X-Mcp-Gateway-Secret', ','], '127.0.0.1'],
    ['a secret of the gateway', { credentials }, [...SAYS, 'X-Mcp-Gateway-Secret', SECRET], '203.0.113.9'],
    ['a new one and it', { credentials }, [...SAYS, 'X-Mcp-Gateway-Secret', `x,${SECRET}`], '203.0.113.9'],
    ['the address of a trusted proxy', { trustedProxies: ['127.0.0.0/8'] }, SAYS, '203.0.113.9'],
    [
      'that, of a list the last that is no proxy',
      { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] },
      ['X-Forwarded-For', '6.6.6.6, 203.0.113.9, 10.1.1.1'],
      '203.0.113.9',
    ],
    ['the address of another proxy', { trustedProxies: ['10.0.0.0/8'] }, SAYS, '127.0.0.1'],
    ['a client certificate', { tls: { ...own.issue(), ca: own.ca } }, SAYS, '203.0.113.9'],
  ])('in X-Forwarded-For from a caller with %s', async (_what, options, headers, expected) => {
    const { call, addresses } = await start(options);
    expect((await call(headers)).status).toBe(404);
    expect(addresses.map((each) => String(each).replace('::ffff:', ''))).toEqual([expected]);
  });
});

it('counts failed API keys of a caller that says it is another one each time', async () => {
  const { call } = await start({ apiKeys: { publisher: unheededPublisher, maxDays: 365 } });
  const from = async (last: number) =>
    (await call(['X-Forwarded-For', `192.0.2.${last}`, 'X-API-Key', createApiKey().text])).status;
  for (let i = 0; i < 20; i += 1) expect(await from(i)).toBe(401);
  expect(await from(99)).toBe(429);
});

it('refuses two Authorization headers, and says so', async () => {
  const { call } = await start({});
  const { status, body } = await call(['Authorization', 'Bearer one', 'authorization', 'Bearer two']);
  expect([status, JSON.parse(body)]).toEqual([
    400,
    expect.objectContaining({ code: 'INVALID_REQUEST', detail: 'Authorization must be given once (RFC 9110 §11.6.2)' }),
  ]);
  expect((await call(['Authorization', 'Bearer one'])).status).toBe(404);
});
