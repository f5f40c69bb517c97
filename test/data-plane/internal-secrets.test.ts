import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { followedSecret, internalFields } from '@mcp-gateway/platform/config';
import { specOf, startControlPlane } from '../control-plane/support/control-plane.js';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { silent, temporaryFolder } from '../support/postgres.js';
import { recordingLog } from '../support/recording-log.js';
import { waitFor } from '../support/wait.js';
import { startGateway } from './support/gateway.js';
import { message } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const OLD = 'a-secret-of-thirty-two-characters-1';
const NEW = 'a-secret-of-thirty-two-characters-2';
const HOURS_25 = 25 * 3_600_000;

/** The secrets of a service, in a file of its own: mounted Secrets change at different times. */
async function secretsIn(folder: string, name: string) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, OLD);
  const options = { log: silent, everyMs: 5, defer: afterTest };
  const key = 'MCP_GATEWAY_INTERNAL_SECRETS';
  const secrets = followedSecret([OLD], key, internalFields[key], { [`${key}_FILE`]: file }, options);
  if (!secrets) throw new Error('there are no secrets');
  const write = async (...list: string[]) => {
    await writeFile(file, list.join(','));
    await waitFor('the secrets to be read', () => String(secrets()) === String(list));
  };
  return { secrets, write };
}

it('the secret between data plane and control plane rotates under traffic without a refused request', async () => {
  const folder = await temporaryFolder();
  const [control, data] = [await secretsIn(folder, 'control-plane'), await secretsIn(folder, 'data-plane')];
  await writeFile(join(folder, 'backend.json'), JSON.stringify({ type: 'header', value: 'Bearer abc' }));
  const { log, text } = recordingLog();
  const plane = await startControlPlane({ credentials: { folder, secrets: control.secrets }, log });
  const upstreamAuth = { credential: 'backend', identityToken: false };
  const row = await plane.rows.create({ ...specOf('echo'), requiredRoles: [], upstreamAuth } as never, 'alice');
  const server = await startUpstream((req, res) =>
    res
      .writeHead(req.headers.authorization === 'Bearer abc' ? 200 : 401, { 'content-type': 'application/json' })
      .end('{}'),
  );
  let now = Date.now();
  const gateway = await startGateway({
    routes: [routeTo(server.endpoint, { resourceId: row?.id ?? '', upstreamAuth })],
    controlPlane: plane.url,
    internalSecrets: data.secrets,
    log,
    now: () => now,
  });
  const statuses: number[] = [];
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) {
      now += HOURS_25; // what was given out has ended, so each call needs the control plane
      const answer = await send(`${gateway.url}/adapters/echo/mcp`, { body: message('tools/list') });
      statuses.push(answer.status, (await send(`${gateway.url}/adapters`, { method: 'GET' })).status);
    }
  })();
  const some = (count = statuses.length + 6) => waitFor('some requests', () => statuses.length >= count);

  await some();
  await data.write(NEW, OLD); // the data plane reads the change first
  await some();
  await control.write(NEW, OLD);
  await some();
  await control.write(NEW); // now the control plane does
  await some();
  await data.write(NEW);
  await some();
  isOver = true;
  await traffic;
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(text()).not.toContain(OLD);
  expect(text()).not.toContain(NEW);

  await data.write(OLD);
  now += HOURS_25;
  expect((await send(`${gateway.url}/adapters/echo/mcp`, { body: message('tools/list') })).status).toBe(503);
});
