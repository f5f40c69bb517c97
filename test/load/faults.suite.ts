import { beforeAll, describe, expect, it } from '@jest/globals';
import { example, type Spec } from '../support/api.js';
import { callInSession, callModern, connect, count, initialize, whoami } from '../support/clients.js';
import { startGateway, type Gateway, type Part } from '../support/gateway.js';
import { family, isAlive, processes, survivors } from '../support/processes.js';
import { replicaProcesses } from '../support/replicas.js';
import { useSteadily } from '../support/steady.js';
import { becomesTrue, waitFor } from '../support/wait.js';

const PARTS: Part[] = ['deployment-worker', 'redis', 'postgres', 'control-plane'];
const CASES = PARTS.flatMap((part) => [
  { part, moment: 'as they are sent' },
  { part, moment: 'as they are answered' },
]);
const SETTLED_MS = 20_000;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
  const specs = [edition('changed', 0), ...CASES.map((_, index) => example(`removed-${index}`))];
  await Promise.all(specs.map((spec) => gateway.api.create(spec)));
  await Promise.all(specs.map(({ name }) => gateway.api.ready(name)));
}, 60_000);

/** Each edition differs from the previous one in the environment and the number of its replicas. */
const edition = (name: string, index: number): Spec =>
  example(name, { environmentVariables: { EDITION: `edition ${index}` }, replicaCount: 1 + (index % 2) });

describe('while a part is killed', () => {
  it.each(CASES.map((each, index) => ({ ...each, index })))(
    '$part and a PUT and a DELETE run $moment, each change happens wholly or not at all, and sessions continue',
    async ({ part, moment, index }) => {
      const session = useSteadily(await connect(gateway.api.mcp('mcp-example')));
      const spec = edition('changed', index + 1);
      const removed = `removed-${index}`;

      const victim = gateway.part(part);
      const answers = Promise.all([statusOf('PUT', '/changed', spec), statusOf('DELETE', `/${removed}`)]);
      if (moment === 'as they are answered') await answers;
      process.kill(victim, 'SIGKILL');
      const opening = initialize(gateway.api.mcp('mcp-example'));
      const [put, del] = await answers;

      // A failed request may have run, so the client repeats it.
      if (put !== 200) await waitFor('the PUT to be repeated', () => gateway.api.update(spec));
      if (del !== 204)
        await waitFor('the DELETE to be repeated', async () =>
          [204, 404].includes((await statusOf('DELETE', `/${removed}`)) as number),
        );
      await becomesTrue('the new spec to be served', () => expectServed(spec), SETTLED_MS);
      await becomesTrue('the adapter to be removed', () => expectGone(removed), SETTLED_MS);
      await waitFor(`${part} to be back`, () => gateway.part(part) !== victim);

      expect([200, 204, 500, 502, 503, null]).toEqual(expect.arrayContaining([put, del]));
      // The data plane records a session in Redis before it sends the id; opening a session needs nothing else.
      const { status, retryAfter } = await opening;
      expect([
        { status: 200, retryAfter: null },
        ...(part === 'redis' ? [{ status: 503, retryAfter: '1' }] : []),
      ]).toContainEqual({ status, retryAfter });
      const { calls, failures } = await session.stop();
      expect({ failures, used: calls > 5 }).toEqual({ failures: [], used: true });
    },
    60_000,
  );

  it('Redis, and it returns empty before the worker has noticed, data planes keep their routes', async () => {
    const url = gateway.api.mcp('terminated');
    await gateway.api.create(example('terminated', { replicaCount: 2, sessionRecovery: 'terminate' }));
    await gateway.api.ready('terminated');
    const lost = await connect(url);
    const lostId = lost.transport.sessionId as string;
    const lookUp = () => callInSession(url, lostId, 'counter');
    process.kill((await whoami(lost)).pid, 'SIGKILL');
    await waitFor('the data plane to end the session', async () => (await lookUp()).error?.message.includes('is gone'));
    await gateway.api.ready('terminated');
    const session = useSteadily(await connect(url));
    const worker = gateway.part('deployment-worker');
    const redis = gateway.part('redis');

    process.kill(worker, 'SIGSTOP');
    try {
      process.kill(redis, 'SIGKILL');
      await waitFor('Redis to be back', () => gateway.part('redis') !== redis);
      await waitFor('new sessions to be recorded', async () => (await initialize(url)).status === 200);
      expect(await lookUp()).toMatchObject({ status: 404 }); // makes the data plane query Redis
      expect(await callModern(url, 'add', { a: 2, b: 3 })).toMatchObject({ status: 200, text: '5' });
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    expect((await session.stop()).failures).toEqual([]);
  });

  it('Redis hangs, sessions continue, and no client gets a session that is not recorded', async () => {
    const url = gateway.api.mcp('mcp-example');
    const session = useSteadily(await connect(url));
    const redis = gateway.part('redis');

    process.kill(redis, 'SIGSTOP');
    try {
      expect(await initialize(url)).toMatchObject({ status: 503, sessionId: null, retryAfter: '1' });
      expect(await callModern(url, 'add', { a: 2, b: 3 })).toMatchObject({ status: 200, text: '5' });
      expect(await statusOf('PUT', '/changed', edition('changed', 100))).toBe(200);
    } finally {
      process.kill(redis, 'SIGCONT');
    }
    expect((await session.stop()).failures).toEqual([]);
    await becomesTrue('the new spec to be served', () => expectServed(edition('changed', 100)), SETTLED_MS);
  });

  it('the data plane, its sessions continue behind the same URL', async () => {
    const session = await connect(gateway.api.mcp('mcp-example'));
    await count(session);

    process.kill(gateway.part('data-plane'), 'SIGKILL');

    await waitFor('the session to continue', async () => (await count(session)) > 1);
    expect(await count(session)).toBeLessThanOrEqual(4);
  });
});

describe('a child guard', () => {
  const oneOf = (part: 'redis' | 'postgres') => () => gateway.part(part);
  const exampleReplica = () => {
    const [replica] = replicaProcesses(gateway, 'mcp-example');
    return replica?.pid as number;
  };

  it.each([
    { what: 'a replica', find: exampleReplica },
    { what: 'Redis', find: oneOf('redis') },
    { what: 'PostgreSQL', find: oneOf('postgres') },
  ])('ends $what when it is killed itself, and both start again', async ({ find }) => {
    const server = find();
    const shell = processes().find(({ pid }) => pid === server)?.parent as number;
    const held = family(shell);
    expect(held[0]?.command).toContain('child-guard.sh');

    process.kill(shell, 'SIGKILL');

    await waitFor('the guarded processes to end', () => survivors(held).length === 0);
    await waitFor('a new server to run', () => find() !== server && isAlive(find()));
    await gateway.api.ready('mcp-example');
    expect(replicaProcesses(gateway, 'mcp-example')).toHaveLength(2);
    await becomesTrue('all to work', async () => {
      expect(await gateway.api.list()).toContainEqual(expect.objectContaining({ name: 'mcp-example' }));
      expect(await initialize(gateway.api.mcp('mcp-example'))).toMatchObject({ status: 200 });
    });
  });
});

/** Null when there was no answer. */
async function statusOf(method: string, path: string, body?: unknown): Promise<number | null> {
  try {
    const answer = await gateway.api.request(method, path, body);
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

async function expectServed(spec: Spec) {
  const [row, status, list] = await Promise.all([
    gateway.api.get(spec.name),
    gateway.api.status(spec.name),
    gateway.api.list(),
  ]);
  expect(row).toMatchObject(spec);
  expect(list).toContainEqual(row);
  expect(status).toMatchObject({ phase: 'Ready', observedGeneration: row.generation });
  const names = Array.from({ length: row.replicaCount }, (_, instance) => `${spec.name}-${instance}`);
  expect(status.replicas.map(({ name, ready, updated }) => ({ name, ready, updated }))).toEqual(
    names.map((name) => ({ name, ready: true, updated: true })),
  );

  const running = replicaProcesses(gateway, spec.name);
  expect(running.map(({ replica, environment }) => ({ replica, edition: environment['EDITION'] }))).toEqual(
    names.map((replica) => ({ replica, edition: row.environmentVariables['EDITION'] })),
  );
  const calls = Array.from({ length: 10 }, () => callModern(gateway.api.mcp(spec.name), 'whoami'));
  const pids = (await Promise.all(calls)).map(({ text }) => (JSON.parse(text) as { pid: number }).pid);
  expect(new Set(pids)).toEqual(new Set(running.map(({ pid }) => pid)));
}

async function expectGone(name: string) {
  expect(await statusOf('GET', `/${name}`)).toBe(404);
  expect((await gateway.api.list()).map((adapter) => adapter.name)).not.toContain(name);
  expect(replicaProcesses(gateway, name)).toEqual([]);
  expect(await callModern(gateway.api.mcp(name), 'whoami')).toMatchObject({ status: 404 });
}
