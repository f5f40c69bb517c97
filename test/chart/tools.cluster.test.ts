import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { callModern, callText, connect, type Session } from '../support/clients.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { LOAD_MS, loadImages, release, TRIAL } from './support/release.js';

const READY_MS = 90_000;
const ANSWER_MS = 35_000;
const ARGUMENTS = { location: 'Zurich', unit: 'celsius' };
const WEATHER = {
  name: 'weather',
  imageName: 'tool-example',
  imageVersion: 'test',
  replicaCount: 2,
  requiredRoles: ['reader'],
  toolDefinition: {
    tool: {
      name: 'weather',
      description: 'Gets the current weather at a place.',
      inputSchema: {
        type: 'object',
        properties: { location: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
        required: ['location'],
      },
    },
    port: 8000,
    path: '/score',
  },
};

const namespace = freshNamespace();
const gateway = release('gw', namespace.name);
const ROUTERS = '--selector=app.kubernetes.io/component=tool-router';
let url: string;
let headers: Record<string, string>;

beforeAll(async () => {
  await loadImages();
  await gateway.install(...TRIAL, '--set=trial.postgresql.persistence.enabled=false');
  url = await gateway.url();
  headers = await gateway.headers('reader');
  const registered = await fetch(`${url}/tools`, {
    method: 'POST',
    headers: { ...(await gateway.headers('admin')), 'content-type': 'application/json' },
    body: JSON.stringify(WEATHER),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!registered.ok) throw new Error(`POST /tools answered ${registered.status}: ${await registered.text()}`);
}, LOAD_MS);

const open = () => connect(`${url}/mcp`, { headers });
const namesIn = async ({ client }: Session) => (await client.listTools()).tools.map(({ name }) => name);

describe('the tools of a gateway that Helm installed', () => {
  it('are listed and called at /mcp by clients of both eras who may use them, and by nobody else', async () => {
    const session = await open();
    await becomesTrue('the tool', async () => expect(await namesIn(session)).toEqual(['weather']), READY_MS);
    await waitFor('its pods', async () => (await callText(session, 'weather', ARGUMENTS)).includes('Zurich'), READY_MS);
    const modern = await callModern(`${url}/mcp`, 'weather', ARGUMENTS, headers);
    expect(JSON.parse(modern.text)).toMatchObject(ARGUMENTS);

    const other = await connect(`${url}/mcp`, { headers: await gateway.headers('stranger') });
    expect(await namesIn(other)).toEqual([]);
    expect((await callModern(`${url}/mcp`, 'weather', ARGUMENTS)).status).toBe(401);
  });

  it('go on for sessions whose tool router is killed', async () => {
    const sessions = await Promise.all(Array.from({ length: 4 }, open));
    for (const session of sessions) expect(await callText(session, 'weather', ARGUMENTS)).toContain('Zurich');
    const pods = (await namespace.kubectl('get', 'pods', ROUTERS, '--output=name')).trim().split('\n');
    expect(pods).toHaveLength(2);
    await namespace.kubectl('delete', pods[0] ?? '', '--grace-period=0', '--force');
    for (const session of sessions) expect(await callText(session, 'weather', ARGUMENTS)).toContain('Zurich');
    await namespace.rolledOut(gateway.deployment('tool-router'));
  });

  it('go on without a failed call while tool routers are replaced one by one', async () => {
    const session = await open();
    let isOver = false;
    const answers: string[] = [];
    const calling = (async () => {
      while (!isOver) answers.push(await callText(session, 'weather', ARGUMENTS).catch(String));
    })();
    await namespace.kubectl('rollout', 'restart', gateway.deployment('tool-router'));
    await namespace.rolledOut(gateway.deployment('tool-router'));
    isOver = true;
    await calling;
    expect(answers.filter((answer) => !answer.includes('Zurich'))).toEqual([]);
    expect(answers.length).toBeGreaterThan(0);
  });

  it('are not called past the data plane', async () => {
    const output = '--output=jsonpath={.items[0].status.podIP}';
    const address = await namespace.kubectl('get', 'pods', ROUTERS, output);
    const direct = await fetch(`http://${address}:8000/mcp`, { method: 'POST', body: '{}' });
    expect(direct.status).toBe(403);
  });
});
