import { beforeAll, describe, expect, it } from '@jest/globals';
import { example } from '../support/api.js';
import { callInSession, connect, count } from '../support/clients.js';
import { startGateway, type Gateway, type Part } from '../support/gateway.js';
import { environmentOf } from '../support/processes.js';
import { becomesTrue, waitFor } from '../support/wait.js';

const SETTLES_MS = 30_000;

let gateway: Gateway;
let sessionId: string;
let calls = 0;
beforeAll(async () => {
  gateway = await startGateway();
  const session = await connect(gateway.api.mcp('mcp-example'));
  sessionId = session.transport.sessionId as string;
  calls = await count(session);
}, 60_000);

/** The session that lives through all of it has lost no call and none has run twice. */
async function callsGoOn() {
  const { status, result } = await callInSession(gateway.api.mcp('mcp-example'), sessionId, 'counter');
  calls += 1;
  expect({ status, counted: result?.content[0]?.text }).toEqual({ status: 200, counted: String(calls) });
}

/** Kills a part, calls on until it is there again, and then some more. */
async function killAndKeepCalling(part: Part) {
  const pid = gateway.part(part);
  process.kill(pid, 'SIGKILL');
  await waitFor(
    `${part} to be started again`,
    async () => {
      await callsGoOn();
      return gateway.part(part) !== pid;
    },
    SETTLES_MS,
  );
  for (let i = 0; i < 20; i += 1) await callsGoOn();
}

/** What is asked of the API while a part dies may fail; then it is asked again, as a client would. */
async function insist(request: () => Promise<unknown>) {
  await becomesTrue('the API to accept it', request, SETTLES_MS);
}

/** By the variable that its spec sets. */
const replicaProcesses = (name: string) => gateway.processes().filter(({ pid }) => environmentOf(pid)['MARK'] === name);

const parts: Part[] = ['deployment-worker', 'control-plane', 'redis', 'postgres'];

describe.each(parts)('%s is killed', (part) => {
  it('during a PUT: row, replicas and route agree afterwards, and sessions go on', async () => {
    const name = `put-${part}`;
    await gateway.api.create(example(name));
    await gateway.api.ready(name);

    const change = example(name, { replicaCount: 2, environmentVariables: { AFTER: part } });
    const [changed] = await Promise.allSettled([gateway.api.update(change), killAndKeepCalling(part)]);
    if (changed.status === 'rejected') await insist(() => gateway.api.update(change));

    const status = await gateway.api.ready(name, SETTLES_MS);
    expect(status).toMatchObject({ desiredReplicas: 2, readyReplicas: 2, updatedReplicas: 2 });
    expect((await gateway.api.get(name)).environmentVariables).toEqual({ AFTER: part });
    expect(await count(await connect(gateway.api.mcp(name)))).toBe(1);
    await gateway.api.remove(name);
  }, 90_000);

  it('during a DELETE: nothing is left, and sessions elsewhere go on', async () => {
    const name = `delete-${part}`;
    await gateway.api.create(example(name, { environmentVariables: { MARK: name } }));
    await gateway.api.ready(name);

    const [removed] = await Promise.allSettled([gateway.api.remove(name), killAndKeepCalling(part)]);
    if (removed.status === 'rejected') {
      await insist(async () => {
        const { status } = await gateway.api.request('DELETE', `/${name}`);
        if (status !== 204 && status !== 404) throw new Error(`DELETE answered ${status}`);
      });
    }

    await becomesTrue(
      'it to be gone',
      async () => {
        expect((await gateway.api.request('GET', `/${name}`)).status).toBe(404);
        expect((await callInSession(gateway.api.mcp(name), sessionId, 'counter')).status).toBe(404);
        expect(replicaProcesses(name)).toEqual([]);
      },
      SETTLES_MS,
    );
  }, 90_000);
});

it('leaves no adapter and no replica behind that was not asked for', async () => {
  expect((await gateway.api.list()).map(({ name }) => name)).toEqual(['mcp-example']);
  const servers = gateway.processes().filter(({ command }) => /^\S+node \S+mcp-example\/dist\/main\.js$/.test(command));
  expect(servers).toHaveLength(2);
});
