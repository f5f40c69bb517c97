import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { startGateway } from '../data-plane/support/gateway.js';
import { ownHost, routeTo } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { closeConnections, send, type Got } from './client.js';
import { exchange, type Exchange } from './exchange.js';
import { arrived, arrivesAs, brokeOff, cameBack, comesBackAs, requestIds } from './intended.js';
import { SESSION, startServer } from './server.js';

const OPENING: Exchange = {
  era: 'legacy',
  method: 'POST',
  query: '',
  headers: [],
  inSession: false,
  body: null,
  answer: {
    status: 200,
    reason: 'OK',
    headers: [],
    body: { chunks: [], framing: 'length' },
    saysSession: true,
    cutAfter: null,
  },
};

/** Sends generated requests directly and through the gateway; fails with the smallest one whose difference is not intended. */
export async function expectNoDifference({ runs, seed }: { runs: number; seed: number }): Promise<void> {
  const server = await startServer();
  // With `replay`, the gateway continues a broken answer or ends it with an error; see docs/sessions.md.
  const gateway = await startGateway({ routes: [routeTo(server.endpoint, { sessionRecovery: 'terminate' })] });
  afterTest(closeConnections);
  const url = `${gateway.url}/adapters/echo/mcp`;
  const { sent } = await server.during(OPENING.answer, () => send(url, '', OPENING));
  const sealedId = String(sessionIdOf(sent));

  await fc.assert(
    fc.asyncProperty(exchange, async (each) => {
      const direct = await server.during(each.answer, () => send(server.url, SESSION, each));
      const through = await server.during(each.answer, () => send(url, sealedId, each));
      if (!direct.arrived || !through.arrived) throw new Error('the request did not arrive at the server');
      expect(inOrder(arrived(through.arrived))).toEqual(inOrder(arrivesAs(direct.arrived, each, ownHost(server))));
      expect(requestIds(through.sent)).toEqual(requestIds(through.arrived));
      if (brokeOff(direct.sent)) return expect(through.sent).toMatchObject({ status: 502, complete: true });
      expect(inOrder(withNewId(cameBack(through.sent), sealedId))).toEqual(
        inOrder(comesBackAs(cameBack(direct.sent), each, sealedId)),
      );
    }),
    { numRuns: runs, seed },
  );
}

const sessionIdOf = ({ headers }: Got) => headers.find(([name]) => name.toLowerCase() === 'mcp-session-id')?.[1];

/** The id of a new session is random, so the comparison replaces it. */
function withNewId(got: Got, sealedId: string) {
  return {
    ...got,
    headers: got.headers.map(([name, value]) =>
      name === 'mcp-session-id' && value !== sealedId && /^[\w-]{100,}$/.test(value)
        ? [name, 'a new one']
        : [name, value],
    ),
  };
}

/** Keeps the order of headers with one name and sorts the names, whose order has no meaning (RFC 9110 §5.3). */
function inOrder<T extends { headers: unknown[][] }>(message: T): T {
  const key = ([name]: unknown[]) => String(name).toLowerCase();
  return { ...message, headers: message.headers.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)) };
}
