import { beforeAll, describe, expect, it } from '@jest/globals';
import { example } from '../../support/api.js';
import { callModern, connect, count, whoami, type Session, type Whoami } from '../../support/clients.js';
import { startDataPlane } from '../../support/gateway.js';
import { gateway } from './gateway.js';

const CLIENTS = 50;
const CALLS = 20;

let secondDataPlane: { url: string };

/** A load balancer in front of the data planes that sends each request to the next one. */
function roundRobin(used: Set<string>): typeof fetch {
  const origins = [gateway.url, secondDataPlane.url];
  let turn = Math.random() < 0.5 ? 0 : 1;
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const origin = origins[turn++ % origins.length] as string;
    used.add(`${init?.method} ${origin}`);
    return fetch(new URL(url.pathname + url.search, origin), init);
  };
}

describe('session affinity', () => {
  beforeAll(async () => {
    secondDataPlane = await startDataPlane(gateway);
  }, 60_000);

  it(`keeps ${CLIENTS} sessions separate, each on its replica, over two data planes`, async () => {
    const used = new Set<string>();
    const url = gateway.api.mcp('mcp-example');
    const sessions = await Promise.all(
      Array.from({ length: CLIENTS }, () => connect(url, { fetch: roundRobin(used) })),
    );
    const before = await Promise.all(sessions.map(whoami));

    const counts = await Promise.all(sessions.map(countTo(CALLS)));

    expect(counts).toEqual(Array.from({ length: CLIENTS }, () => Array.from({ length: CALLS }, (_, i) => i + 1)));
    expect(await Promise.all(sessions.map(whoami))).toEqual(before);
    expect(replicasOf(before)).toEqual(['mcp-example-0', 'mcp-example-1']);
    expect(new Set(before.map(({ pid }) => pid)).size).toBe(2);
    expect([...used].toSorted()).toEqual(
      ['GET', 'POST']
        .flatMap((method) => [gateway.url, secondDataPlane.url].map((origin) => `${method} ${origin}`))
        .toSorted(),
    );
  }, 30_000);

  it("lets only the session's caller use it, also on the data plane that did not open it", async () => {
    const alice = await connect(gateway.api.mcp('mcp-example'));
    await count(alice);
    const id = alice.transport.sessionId as string;

    const asBob = await connect(gateway.api.mcp('mcp-example'), {
      headers: { 'x-dev-userid': 'bob', 'x-dev-roles': 'mcp.admin' },
    });
    const stolen = await fetch(`${secondDataPlane.url}/adapters/mcp-example/mcp`, {
      method: 'DELETE',
      headers: { 'mcp-session-id': id, 'x-dev-userid': 'bob', 'x-dev-roles': 'mcp.admin' },
    });

    expect(stolen.status).toBe(404);
    expect(await count(asBob)).toBe(1);
    expect(await count(alice)).toBe(2);
  });

  it('ends a session on every data plane when the client ends it on one', async () => {
    const url = `${secondDataPlane.url}/adapters/mcp-example/mcp`;
    const session = await connect(gateway.api.mcp('mcp-example'));
    const id = session.transport.sessionId as string;
    const other = await connect(url, {
      // Uses the session through the other data plane, which then has it in its cache.
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        if (headers.has('mcp-session-id')) headers.set('mcp-session-id', id);
        return fetch(input, { ...init, headers });
      },
    });
    expect(await count(other)).toBe(1);

    await session.transport.terminateSession();

    await expect(count(other)).rejects.toMatchObject({ code: 404 });
  });
});

describe('affinity none', () => {
  beforeAll(async () => {
    await gateway.api.create(example('stateless', { replicaCount: 2, affinity: 'none' }));
    await gateway.api.ready('stateless');
  });

  it('balances modern requests over the replicas', async () => {
    const url = gateway.api.mcp('stateless');
    const answers = await Promise.all(Array.from({ length: 40 }, () => callModern(url, 'whoami')));

    const replicas = answers.map(({ text }) => JSON.parse(text) as Whoami);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(replicasOf(replicas)).toEqual(['stateless-0', 'stateless-1']);
  });
});

const countTo = (calls: number) => async (session: Session) => {
  const seen: number[] = [];
  while (seen.length < calls) seen.push(await count(session));
  return seen;
};

const replicasOf = (answers: Whoami[]) => [...new Set(answers.map(({ replica }) => replica))].toSorted();
