import { createServer, type ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { closeServer, HookedResponse, listen } from '@mcp-gateway/platform/serving';
import { afterTest } from '../../../../test/support/clean-up.js';
import { send } from '../../../../test/support/http.js';
import { openContext } from '../request/context.js';
import { errorBoundary } from './error-boundary.js';

/** The answer to one request that is served like this, and the lines of the log. */
async function answerOf(serve: (res: ServerResponse) => void | Promise<void>) {
  const lines: object[] = [];
  const log = { error: (fields: object) => void lines.push(fields) } as unknown as Logger;
  const server = createServer({ ServerResponse: HookedResponse }, (req, res) =>
    errorBoundary(openContext(req, res, []), log, () => serve(res)),
  );
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => closeServer(server, 0));
  const headers = { 'x-request-id': 'r-1', connection: 'keep-alive' };
  return { answer: await send(`http://127.0.0.1:${port}/`, { headers }), lines };
}

const FAULT = new Error('a fault');

it.each<[string, (res: ServerResponse) => void | Promise<void>]>([
  [
    'throws',
    () => {
      throw FAULT;
    },
  ],
  ['rejects', () => Promise.reject(FAULT)],
  ['has an error of its answer', (res) => void res.emit('error', FAULT)],
])('answers 500 and closes the connection when a step %s, and logs the cause with the id', async (_what, serve) => {
  const { answer, lines } = await answerOf(serve);
  expect([answer.status, answer.header('connection'), answer.text]).toEqual([500, 'close', '']);
  expect(lines).toEqual([{ requestId: 'r-1', err: FAULT }]);
});

it('adds each header once when Node has refused a head before', async () => {
  const { answer } = await answerOf((res) => void res.writeHead(200, { 'X-A': 'a\x01b' }));
  expect(answer.status).toBe(500);
  expect(answer.headers.filter(([name]) => name.toLowerCase() === 'x-request-id')).toEqual([['X-Request-Id', 'r-1']]);
});
