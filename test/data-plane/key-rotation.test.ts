import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { followSecret } from '@mcp-gateway/platform/config';
import type { SessionKeyRing } from '@mcp-gateway/sessions';
import { folder } from '../support/after-tests.js';
import { afterTest } from '../support/clean-up.js';
import { callText, connect } from '../support/clients.js';
import { send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { waitFor } from '../support/wait.js';
import { newKey, ringOf, startGateway, type Gateway } from './support/gateway.js';
import { startSdkServer } from './support/sdk-server.js';
import { dataPlaneFields } from './support/sources.js';
import { routeTo } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const HEADERS = { 'x-dev-userid': 'alice' };
const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const SETTLED_MS = 5 * 60_000;

describe('session keys in a file', () => {
  let file: string;
  let gateway: Gateway;
  let ring: SessionKeyRing;
  let now: number;
  let first: string;

  /** Writes the file and waits until the running data plane has read it. */
  async function write(...keys: string[]) {
    const wanted = ringOf(keys.join(',')).all.map(({ id }) => id);
    await writeFile(file, `${keys.join(',')}\n`);
    await waitFor('the keys to be read', () => String(ring.all.map(({ id }) => id)) === String(wanted));
  }

  beforeEach(async () => {
    now = 0;
    first = newKey();
    file = join(await folder(), 'keys');
    ring = ringOf(first, { now: () => now, settleMs: SETTLED_MS });
    await writeFile(file, first);
    const field = dataPlaneFields.MCP_GATEWAY_SESSION_KEYS;
    const environment = { MCP_GATEWAY_SESSION_KEYS_FILE: file };
    const use = (keys: ReturnType<typeof field.parse>) => ring.replace(keys);
    afterTest(followSecret('MCP_GATEWAY_SESSION_KEYS', field, environment, use, { log: silent, everyMs: 10 }));
    const server = await startSdkServer();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)], keyRing: ring });
  });

  const statusOf = async (sessionId: string) => {
    const headers = { ...HEADERS, 'mcp-session-id': sessionId, ...JSON_BODY };
    return (await send(gateway.url + PATH, { headers, body: LIST })).status;
  };
  const idOf = ({ transport }: Awaited<ReturnType<typeof connect>>) => String(transport.sessionId);

  it('rotate twice under a running data plane, and the session of a client goes on until its key is removed', async () => {
    const [second, third] = [newKey(), newKey()];
    const session = await connect(gateway.url + PATH, { headers: HEADERS });
    expect(await callText(session, 'count')).toBe('1');

    await write(second, first);
    now += SETTLED_MS;
    expect(await callText(session, 'count')).toBe('2');
    const during = await connect(gateway.url + PATH, { headers: HEADERS });

    await write(third, second, first);
    now += SETTLED_MS;
    expect(await callText(session, 'count')).toBe('3');
    const after = await connect(gateway.url + PATH, { headers: HEADERS });

    await write(third, second);
    expect(await statusOf(idOf(session))).toBe(404);
    expect(await statusOf(idOf(during))).toBe(200);
    await write(third);
    expect(await statusOf(idOf(during))).toBe(404);
    expect(await statusOf(idOf(after))).toBe(200);
  });

  it('seal nothing that a data plane with the former list could not unseal, until that one has had the time to read', async () => {
    const behind = await gateway.join({ keyRing: ringOf(first) });
    await write(newKey(), first);
    const session = await connect(gateway.url + PATH, { headers: HEADERS });
    const elsewhere = async (id: string) => {
      const headers = { ...HEADERS, 'mcp-session-id': id, ...JSON_BODY };
      return (await send(behind.url + PATH, { headers, body: LIST })).status;
    };
    expect(await elsewhere(idOf(session))).toBe(200);
    now += SETTLED_MS;
    expect(await elsewhere(idOf(await connect(gateway.url + PATH, { headers: HEADERS })))).toBe(404);
  });
});
