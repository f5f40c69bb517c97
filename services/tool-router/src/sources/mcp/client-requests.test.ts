import { expect, it } from '@jest/globals';
import type { JSONRPCRequest } from '@modelcontextprotocol/client';
import type { ClientPeer } from '../source.js';
import { askClient, MAX_QUESTIONS, tellClient } from './client-requests.js';

const REQUEST: JSONRPCRequest = { jsonrpc: '2.0', id: 1, method: 'elicitation/create' };
const never = new AbortController().signal;

function sessionOf({ isReadable = true, questionMs = 60_000 } = {}) {
  const answers: ((result: object) => void)[] = [];
  const told: unknown[] = [];
  const client = {
    principal: { subject: 'alice' },
    ask: (_request: object, signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    notify: (notification: unknown) => void told.push(notification),
  } as unknown as ClientPeer;
  const parts = { underWay: new Set<never>(), client, mayReach: () => isReadable, questionMs };
  return { ask: () => askClient(parts)(REQUEST, never), tell: tellClient(parts), answers, told };
}

it('a client has a bounded number of requests to answer, and more when it has answered one', async () => {
  const { ask, answers } = sessionOf();
  const asked = Array.from({ length: MAX_QUESTIONS }, ask);
  await expect(ask()).rejects.toThrow(/has 16 requests to answer already/);
  answers[0]?.({});
  await asked[0];
  asked.push(ask());
  expect(answers).toHaveLength(MAX_QUESTIONS + 1);
  for (const answer of answers) answer({});
  await Promise.all(asked);
});

it('a request that the client does not answer fails', async () => {
  const { ask } = sessionOf({ questionMs: 10 });
  await expect(ask()).rejects.toThrow(/timeout/i);
});

it('a caller that may not use the server any more is neither asked nor told', async () => {
  const { ask, tell, told, answers } = sessionOf({ isReadable: false });
  await expect(ask()).rejects.toThrow('The client takes no requests');
  tell({ method: 'notifications/message', params: { level: 'info', data: 'secret' } });
  expect([told, answers]).toEqual([[], []]);
});
