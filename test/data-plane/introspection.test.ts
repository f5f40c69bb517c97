import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { open, send } from '../support/http.js';
import { type IntrospectingIssuer, startIntrospectingIssuer } from '../support/introspecting-issuer.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { startGateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

let issuer: IntrospectingIssuer;
beforeAll(async () => {
  issuer = await startIntrospectingIssuer();
});
afterAll(() => issuer.stop());
beforeEach(() => issuer.reset());

/** A gateway whose tokens are checked every second, with an adapter for the role `team`. */
async function gatewayThatAsks() {
  const replica = await startReplica({ events: true });
  const gateway = await startGateway({
    routes: [routeTo(replica.endpoint, { createdBy: 'carol', requiredRoles: ['team'] })],
    signIn: issuer.signIn({ cacheSeconds: 1 }),
  });
  const call = async (token: string, session: string) => {
    const headers = { ...bearer(token), 'Mcp-Session-Id': session };
    return (await send(`${gateway.url}/adapters/echo/mcp`, { headers, body: message('tools/list') })).status;
  };
  return { gateway, call };
}

const member = (changes: object = {}) => issuer.issue({ roles: ['team'], ...changes });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function streamOf(url: string, token: string) {
  const stream = await openStream(url, await begin(url, bearer(token)), bearer(token));
  const state = { isOver: false, stream };
  stream.once('close', () => (state.isOver = true)).resume();
  return state;
}

it('an opaque token opens a session, which a refreshed token goes on with', async () => {
  const { gateway, call } = await gatewayThatAsks();
  const session = await begin(gateway.url, bearer(member()));
  expect(await call(member(), session)).toBe(200);
  expect(await call(member({ sub: 'bob' }), session)).toBe(404);
  const challenged = await send(`${gateway.url}/adapters/echo/mcp`, {
    headers: bearer('unknown'),
    body: message('ping'),
  });
  expect(challenged.status).toBe(401);
  expect(challenged.header('www-authenticate')).toMatch(/^Bearer resource_metadata="[^"]+", error="invalid_token", /);
});

it('open streams of a token that is revoked, has ended, or has lost the role end without a request of the caller', async () => {
  const { gateway } = await gatewayThatAsks();
  const [revoked, lowered, kept] = [member(), member(), member()];
  const streams = await Promise.all([revoked, lowered, kept].map((token) => streamOf(gateway.url, token)));
  issuer.revoke(revoked);
  issuer.issue({ roles: [] }, lowered);
  await becomesTrue('the end', () => expect(streams.map(({ isOver }) => isOver)).toEqual([true, true, false]));
  const again = await open(`${gateway.url}/adapters/echo/mcp`, { method: 'GET', headers: bearer(lowered) });
  expect(again.statusCode).toBe(404);
  streams[2]?.stream.destroy();
});

it('while the issuer is down, known tokens and their streams go on, and new ones get 503', async () => {
  const { gateway, call } = await gatewayThatAsks();
  const token = member();
  const session = await begin(gateway.url, bearer(token));
  const stream = await streamOf(gateway.url, token);
  issuer.state.isDown = true;
  issuer.state.calls = 0;
  await waitFor('a call that fails', async () => {
    expect(await call(token, session)).toBe(200);
    return issuer.state.calls > 1;
  });
  const refused = await send(`${gateway.url}/adapters/echo/mcp`, { headers: bearer(member()), body: message('ping') });
  expect([refused.status, refused.header('retry-after')]).toEqual([503, '5']);
  expect(refused.text).toContain('the issuer does not answer, so the token cannot be verified');
  expect(stream.isOver).toBe(false);
  stream.stream.destroy();
});
