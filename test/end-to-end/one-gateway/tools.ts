import { describe, expect, it } from '@jest/globals';
import { toolOf } from '../../control-plane/support/control-plane.js';
import { becomesTrue, waitFor } from '../../support/wait.js';
import { gateway } from './gateway.js';

const ADMIN = { 'x-dev-userid': 'root', 'x-dev-roles': 'mcp.admin' };
const call = (method: string, path: string, body?: object) =>
  fetch(`${gateway.url}/tools${path}`, {
    method,
    headers: { ...ADMIN, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

/** Sends the arguments to the replica that has written this log, as the tool router does. */
async function execute(name: string, args: object) {
  const log = await (await call('GET', `/${name}/logs`)).text();
  const [url = ''] = log.match(/http:\/\/127\.0\.0\.1:\d+\/score/) ?? [];
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(args) });
  return { status: answer.status, text: await answer.text() };
}
const isReady = async (name: string) =>
  ((await (await call('GET', `/${name}/status`)).json()) as { phase: string }).phase === 'Ready';

describe('a tool', () => {
  it('is registered by npm start, and its server executes it', async () => {
    await waitFor('the weather tool', () => isReady('weather'));
    const { status, text } = await execute('weather', { location: 'Zurich', unit: 'celsius' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ location: 'Zurich', unit: 'celsius' });
  });

  it('runs as scripts for microsoft/mcp-gateway register it, beside an adapter of its name, and ends alone', async () => {
    expect((await call('POST', '', toolOf('mcp-example'))).status).toBe(201);
    await waitFor('the tool', () => isReady('mcp-example'));
    expect(await execute('mcp-example', {})).toEqual({
      status: 400,
      text: 'location must be the name of a place, such as "Zurich".',
    });
    const scaled = toolOf('mcp-example', { replicaCount: 0 });
    expect((await call('PUT', '/mcp-example', scaled)).status).toBe(200);
    await becomesTrue('its server to end', async () =>
      expect(await (await call('GET', '/mcp-example/status')).json()).toMatchObject({
        phase: 'Stopped',
        conditions: [{ message: 'The tool is scaled to zero. PUT it with a replicaCount of 1 or more.' }, {}, {}],
      }),
    );
    expect((await call('DELETE', '/mcp-example')).status).toBe(204);
    expect(await gateway.api.status('mcp-example')).toMatchObject({ phase: 'Ready' });
  });
});
