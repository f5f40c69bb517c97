import { expect, it } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { send } from '../support/http.js';
import { connect, silent } from '../support/postgres.js';
import { startControlPlane } from './support/control-plane.js';

const GET = { method: 'GET' };
const UNREACHABLE = 'postgresql://app:s3cret@127.0.0.1:1/gateway';

it.each(['/livez', '/adapters', '/nothing'])('names the request in the head of the answer of %s', async (path) => {
  const { url } = await startControlPlane();
  const given = await send(url + path, { ...GET, headers: { 'x-request-id': 'r-1' } });
  expect(given.header('x-request-id')).toBe('r-1');
  expect((await send(url + path, GET)).header('x-request-id')).toMatch(/^[\da-f-]{36}$/);
});

it('names the request in the line about a failure', async () => {
  const lines: object[] = [];
  const log = Object.assign(Object.create(silent) as Logger, { error: (fields: object) => void lines.push(fields) });
  const { url } = await startControlPlane({ database: connect(UNREACHABLE), log });
  const { text } = await send(`${url}/adapters`, { ...GET, headers: { 'x-request-id': 'r-1' } });
  expect(JSON.parse(text)).toMatchObject({ status: 503, requestId: 'r-1' });
  expect(lines).toMatchObject([{ requestId: 'r-1', path: '/adapters' }]);
});
