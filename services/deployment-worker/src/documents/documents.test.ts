import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { createEgress } from '@mcp-gateway/platform/egress';
import { becomesTrue } from '../../../../test/support/wait.js';
import { documents, turns } from './documents.js';

it('leaves most of the time to other work, whatever documents take', async () => {
  const inTurn = turns(3);
  const began = performance.now();
  const work = async () => {
    const until = performance.now() + 20;
    while (performance.now() < until);
  };
  const [first, failed, last] = [inTurn(work), inTurn(() => Promise.reject(new Error('wrong'))), inTurn(work)];
  await expect(failed).rejects.toThrow('wrong');
  await Promise.all([first, last]);
  // A lower bound, which no load of the machine breaks: 20 ms, three times as much of rest, and 20 ms.
  expect(performance.now() - began).toBeGreaterThanOrEqual(95);
});

it('does not compile a document that cannot be used again before it changes', async () => {
  let [asked, text] = [0, '{"openapi": "3.1.1"}'];
  const server = createServer((_req, res) => {
    asked += 1;
    res.end(text);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const egress = createEgress({ allowedNetworks: ['127.0.0.1'] });
  const read = documents({ egress, everyMs: { read: 10, failed: 10 } });
  const place = { url, documentUrl: '/', headers: {}, isRemote: true, path: undefined };
  const now = () => read.check({ kind: 'tool', name: 'pets' }, { ...place, operations: ['*'], generation: 1 });
  try {
    await becomesTrue('the first look', () => expect(now()?.condition.reason).toBe('DocumentInvalid'));
    const first = now()?.condition;
    const before = asked;
    await becomesTrue('more looks', () => expect(asked).toBeGreaterThan(before + 2));
    // One that is made again is another object.
    expect(now()?.condition).toBe(first);
    const info = { title: 'Pets', version: '1' };
    text = JSON.stringify({ openapi: '3.1.1', info, paths: { '/a': { get: { operationId: 'a' } } } });
    await becomesTrue('the tools', () => expect(now()?.operations).toHaveLength(1));
    expect(now()?.refused).toBeUndefined();
  } finally {
    read.close();
    server.closeAllConnections();
    server.close();
  }
});
