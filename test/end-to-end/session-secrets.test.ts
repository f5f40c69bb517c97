import { expect, it } from '@jest/globals';
import { callInSession, connect, initialize, whoami } from '../support/clients.js';
import { startGateway } from '../support/gateway.js';
import { waitFor } from '../support/wait.js';

it('ids of sessions, good ones and bad ones, are in no log, however much is logged', async () => {
  const gateway = await startGateway({ env: { MCP_GATEWAY_LOG_LEVEL: 'trace' } });
  const url = gateway.api.mcp('mcp-example');
  const session = await connect(url);
  const good = session.transport.sessionId as string;
  const bad = [`${good.slice(0, -8)}AAAAAAAA`, good.slice(0, 100), 'never-a-session-but-somebody-else-s-secret'];
  for (const id of bad) expect(await callInSession(url, id, 'whoami')).toMatchObject({ status: 404 });

  // Nor when it is moved, and its server does not answer.
  process.kill((await whoami(session)).pid, 'SIGKILL');
  await whoami(session);
  expect((await initialize(url)).status).toBe(200);
  await session.transport.terminateSession();
  expect(await callInSession(url, good, 'whoami')).toMatchObject({ status: 404 });

  const said = () => gateway.output();
  await waitFor('the refusals to be logged', () => said().split('SESSION_NOT_FOUND').length > bad.length + 1);
  await waitFor('the move to be logged', () => said().includes('a session was moved to another replica'));
  for (const id of [good, ...bad]) {
    expect(said()).not.toContain(id);
    expect(said()).not.toContain(id.slice(0, 32));
  }
  await gateway.end();
}, 60_000);
