import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AdapterStatus } from '@mcp-gateway/common/contracts';
import { example } from '../support/api.js';
import {
  beginInSession,
  callInSession,
  callModern,
  connect,
  count,
  initialize,
  whoami,
  type Session,
} from '../support/clients.js';
import { startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { emptyDatabase } from '../support/postgres.js';
import { isAlive } from '../support/processes.js';
import { replicaProcesses } from '../support/replicas.js';
import { useSteadily } from '../support/steady.js';
import { becomesTrue, waitFor } from '../support/wait.js';

const NODE = process.execPath;
const NUMBERED = repository('test/support/numbered-sessions.mjs');
const CATALOGUE: CatalogueFile = {
  crashes: { command: NODE, args: ['-e', 'console.error("no such table"); process.exit(3)'] },
  numbered: { command: NODE, args: [NUMBERED] },
  // Ignores SIGTERM.
  stubborn: { command: NODE, args: ['-e', `process.on('SIGTERM', () => {}); import(${JSON.stringify(NUMBERED)})`] },
};

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ catalogue: CATALOGUE, env: { DATABASE_URL: await emptyDatabase() } });
}, 60_000);

const conditionOf = ({ conditions }: AdapterStatus, type: string) => conditions.find((each) => each.type === type);

/** Opens one session on each of the two replicas of the example. */
async function sessionOnEach(): Promise<[Session, Session]> {
  const url = gateway.api.mcp('mcp-example');
  const first = await connect(url);
  const { replica } = await whoami(first);
  const second = await waitFor('a session on the other replica', async () => {
    const session = await connect(url);
    return (await whoami(session)).replica !== replica && session;
  });
  return [first, second];
}

describe('a replica that is killed', () => {
  it('is reported within two seconds and ready within five, and only its own sessions lose their state', async () => {
    const url = gateway.api.mcp('mcp-example');
    const [lost, kept] = await sessionOnEach();
    await count(lost);
    const { pid, replica } = await whoami(lost);
    const lostId = lost.transport.sessionId as string;
    const steady = useSteadily(kept);

    const killed = Date.now();
    process.kill(pid, 'SIGKILL');

    const restarted = { name: replica, restartCount: 1, lastExitCode: 137 };
    const status = () => gateway.api.status('mcp-example');
    await becomesTrue(
      'the status to report the restart',
      async () => {
        expect((await status()).replicas).toContainEqual(expect.objectContaining(restarted));
      },
      2_000,
    );
    await waitFor(
      'both replicas to be ready',
      async () => (await status()).phase === 'Ready',
      killed + 5_000 - Date.now(),
    );
    expect((await status()).replicas).toContainEqual(expect.objectContaining({ ...restarted, ready: true }));

    // The session exists, and the memory of the old process is lost.
    expect(await callInSession(url, lostId, 'counter')).toMatchObject({ status: 200, text: '1' });
    expect(await count(lost)).toBe(2);
    expect(lost.transport.sessionId).toBe(lostId);
    expect(await count(await connect(url))).toBe(1);
    const { calls, failures } = await steady.stop();
    expect({ failures, used: calls > 0 }).toEqual({ failures: [], used: true });
  });

  it('has its sessions answered 404 when the adapter has sessionRecovery terminate', async () => {
    const url = gateway.api.mcp('terminated');
    await gateway.api.create(example('terminated', { sessionRecovery: 'terminate' }));
    await gateway.api.ready('terminated');
    const session = await connect(url);
    expect(await count(session)).toBe(1);
    process.kill((await whoami(session)).pid, 'SIGKILL');

    const id = session.transport.sessionId as string;
    const after = await waitFor('the session to end', async () => {
      const answer = await callInSession(url, id, 'counter');
      expect(answer.text).toBe('');
      return answer.status === 404 && answer;
    });
    expect(after.error?.message).toContain('initialize a new one');
    await expect(count(session)).rejects.toMatchObject({ code: 404 });
  });

  it('has its unfinished answer completed by the other replica when the tool is read-only', async () => {
    const [session] = await sessionOnEach();
    const { pid } = await whoami(session);
    const id = session.transport.sessionId as string;
    const { rest } = await beginInSession(gateway.api.mcp('mcp-example'), id, 'slow', { seconds: 2, steps: 20 });

    process.kill(pid, 'SIGKILL');

    expect(await rest).toContain('Took 2 seconds in 20 steps.');
    await gateway.api.ready('mcp-example');
  });

  describe('leaves no session to a successor that issues the same session ids', () => {
    const numbered = (name: string, more = {}) => ({ name, imageName: 'numbered', imageVersion: '1', ...more });
    const restarts = async (name: string) => (await gateway.api.status(name)).replicas[0]?.restartCount;

    it.each([
      {
        name: 'after-a-crash',
        async lose() {
          process.kill(replicaProcesses(gateway, this.name)[0]?.pid as number, 'SIGKILL');
          await waitFor('the status to report the restart', async () => (await restarts(this.name)) === 1);
        },
      },
      {
        name: 'after-a-change-and-back',
        async lose() {
          await gateway.api.update(numbered(this.name, { environmentVariables: { CHANGED: 'yes' } }));
          await gateway.api.ready(this.name);
          await gateway.api.update(numbered(this.name));
        },
      },
      {
        name: 'after-it-was-scaled-away-and-back',
        async lose() {
          await gateway.api.update(numbered(this.name, { replicaCount: 0 }));
          await waitFor('no replicas', async () => (await gateway.api.status(this.name)).phase === 'Stopped');
          await gateway.api.update(numbered(this.name));
        },
      },
      {
        name: 'after-another-took-the-name',
        async lose() {
          await gateway.api.remove(this.name);
          await gateway.api.create(numbered(this.name));
        },
      },
    ])('$name', async (way) => {
      const url = gateway.api.mcp(way.name);
      await gateway.api.create(numbered(way.name));
      await gateway.api.ready(way.name);
      const mine = (await initialize(url)).sessionId as string;
      expect(await callInSession(url, mine, 'counter')).toMatchObject({ status: 200, text: '1' });

      await way.lose();
      await gateway.api.ready(way.name);
      const theirs = (await initialize(url)).sessionId as string; // the server issues id 1 again

      const next = way.name === 'after-another-took-the-name' ? { status: 404, text: '' } : { status: 200, text: '1' };
      expect(await callInSession(url, mine, 'counter')).toMatchObject(next);
      expect(await callInSession(url, theirs, 'counter')).toMatchObject({ status: 200, text: '1' });
      expect(await callInSession(url, theirs, 'counter')).toMatchObject({ status: 200, text: '2' });
    });
  });
});

describe('replicas that are replaced', () => {
  it('get no requests any more before they end, so that no request fails', async () => {
    const url = gateway.api.mcp('replaced');
    const first = example('replaced', { replicaCount: 2 });
    const second = { ...first, environmentVariables: { EDITION: 'second' } };
    await gateway.api.create(first);
    await gateway.api.ready('replaced');
    const before = replicaProcesses(gateway, 'replaced').map(({ pid }) => pid);

    let replaced = false;
    const statuses: number[] = [];
    const callers = Array.from({ length: 4 }, async () => {
      while (!replaced) statuses.push((await callModern(url, 'slow', { seconds: 0.1 })).status);
    });
    await gateway.api.update(second);
    await gateway.api.ready('replaced');
    replaced = true;
    await Promise.all(callers);

    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(replicaProcesses(gateway, 'replaced').map(({ pid }) => before.includes(pid))).toEqual([false, false]);
  });
});

describe('a change of the path', () => {
  it('leaves the running replicas available at their old path when it is stuck', async () => {
    const url = gateway.api.mcp('moved');
    const served = example('moved', { replicaCount: 2 });
    await gateway.api.create(served);
    await gateway.api.ready('moved');
    const id = (await initialize(url)).sessionId as string;

    await gateway.api.update({ ...served, path: '/api/mcp', imageName: 'mistyped' });
    await waitFor('the change to be stuck', async () => {
      const status = await gateway.api.status('moved');
      return conditionOf(status, 'Progressing')?.reason === 'Blocked';
    });

    expect(await callInSession(url, id, 'counter')).toMatchObject({ status: 200, text: '1' });
    const begun = (await initialize(url)).sessionId as string;
    expect(await callInSession(url, begun, 'counter')).toMatchObject({ status: 200, text: '1' });
    expect((await callModern(url, 'whoami')).status).toBe(200);
  });
});

describe('an adapter that is removed', () => {
  it('gets no more requests although its process takes long to end, and then the process is killed', async () => {
    await gateway.api.create({ name: 'stubborn', imageName: 'stubborn', imageVersion: '1' });
    await gateway.api.ready('stubborn');
    const [running] = replicaProcesses(gateway, 'stubborn');
    const pid = running?.pid as number;

    await gateway.api.remove('stubborn');

    expect((await gateway.api.request('GET', '/stubborn')).status).toBe(404);
    const answer = () => initialize(gateway.api.mcp('stubborn'));
    await waitFor('the route to be withdrawn', async () => (await answer()).status === 404, 2_000);
    expect(isAlive(pid)).toBe(true);
    await waitFor('the process to be killed', () => !isAlive(pid));
  });
});

describe('a replica that cannot run', () => {
  it('backs off when it keeps crashing, reports so, and starts at once when the spec is corrected', async () => {
    await gateway.api.create({ name: 'crashing', imageName: 'crashes', imageVersion: '1' });

    const status = await waitFor('the status to report a crash loop', async () => {
      const seen = await gateway.api.status('crashing');
      return conditionOf(seen, 'Ready')?.reason === 'CrashLoopBackOff' && seen;
    });
    expect(status).toMatchObject({ phase: 'Failed', readyReplicas: 0 });
    expect(status.replicas[0]).toMatchObject({ state: 'BackOff', lastExitCode: 3 });
    expect(status.replicas[0]?.restartCount).toBeGreaterThanOrEqual(3);
    expect(conditionOf(status, 'Ready')?.message).toMatch(/exit code 3, .*next start is in \d+ s.*logs\?instance=0/);
    expect(await gateway.api.logs('crashing')).toContain('no such table');
    expect(await callModern(gateway.api.mcp('crashing'), 'add')).toMatchObject({ status: 503, retryAfter: null });

    await gateway.api.update(example('crashing'));
    await gateway.api.ready('crashing', 5_000);
    expect(await callModern(gateway.api.mcp('crashing'), 'add', { a: 2, b: 3 })).toMatchObject({
      status: 200,
      text: '5',
    });
  });

  it('reports how to add an image that is not in the catalogue, and starts the replica once it is added', async () => {
    await gateway.api.create({ name: 'unknown', imageName: 'team/unknown', imageVersion: '1' });

    const status = await waitFor('the status to report a failure', async () => {
      const seen = await gateway.api.status('unknown');
      return seen.phase === 'Failed' && seen;
    });
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'False', reason: 'ImageNotFound' });
    expect(conditionOf(status, 'Ready')?.message).toMatch(/team\/unknown.*catalogue\.json/);

    await gateway.writeCatalogue({ ...CATALOGUE, 'team/unknown': CATALOGUE['numbered'] as CatalogueFile[string] });
    await gateway.api.ready('unknown');
    expect(await initialize(gateway.api.mcp('unknown'))).toMatchObject({ status: 200 });
  });

  it.each([
    { what: 'crashes', imageName: 'crashes', message: /exit code 3/ },
    { what: 'is unknown', imageName: 'nobody/knows', message: /nobody\/knows.*catalogue/ },
  ])('keeps the old replicas when a new version $what, and reports so', async ({ what, imageName, message }) => {
    const name = `kept-${what.replaceAll(' ', '-')}`;
    await gateway.api.create(example(name, { replicaCount: 2 }));
    await gateway.api.ready(name);
    const before = replicaProcesses(gateway, name).map(({ pid }) => pid);
    const session = useSteadily(await connect(gateway.api.mcp(name)));

    await gateway.api.update(example(name, { replicaCount: 2, imageName }));
    const status = await waitFor('the status to report that it is blocked', async () => {
      const seen = await gateway.api.status(name);
      return conditionOf(seen, 'Progressing')?.reason === 'Blocked' && seen;
    });

    expect(conditionOf(status, 'Progressing')?.message).toMatch(message);
    expect(status).toMatchObject({ phase: 'Degraded', readyReplicas: 2, updatedReplicas: 1 });
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'True' });

    await gateway.api.update(example(name, { replicaCount: 2 }));
    await gateway.api.ready(name);
    expect(replicaProcesses(gateway, name).map(({ pid }) => pid)).toEqual(before);
    expect((await session.stop()).failures).toEqual([]);
  });
});
