import { beforeAll, describe, expect, it } from '@jest/globals';
import { example } from '../support/api.js';
import { callInSession, connect, count, whoami } from '../support/clients.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { becomesTrue, waitFor } from '../support/wait.js';

const crashing = { command: process.execPath, args: ['-e', 'console.error("no luck today"); process.exit(3)'] };

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ catalogue: { crashing } });
}, 60_000);

/** Calls until it is told to stop; resolves with the answers. */
function keepCalling(url: string, sessionId: string): () => Promise<number[]> {
  const stopped = new AbortController();
  const statuses: number[] = [];
  const calling = (async () => {
    while (!stopped.signal.aborted) statuses.push((await callInSession(url, sessionId, 'counter')).status);
  })();
  return async () => {
    stopped.abort();
    await calling;
    return statuses;
  };
}

describe('a replica that is killed', () => {
  it('shows in the status within 2 s, is back within 5 s, and is not noticed by sessions on the other', async () => {
    const url = gateway.api.mcp('mcp-example');
    const first = await connect(url);
    const here = await whoami(first);
    const second = await waitFor('a session on the other replica', async () => {
      const session = await connect(url);
      return (await whoami(session)).pid === here.pid ? null : session;
    });
    await count(first);
    const stop = keepCalling(url, second.transport.sessionId as string);

    process.kill(here.pid, 'SIGKILL');
    const instance = Number(here.replica.at(-1));
    const replica = async () => (await gateway.api.status('mcp-example')).replicas[instance];
    await becomesTrue(
      'the status to tell',
      async () => expect(await replica()).toMatchObject({ restartCount: 1, lastExitCode: 137 }),
      2_000,
    );
    await gateway.api.ready('mcp-example', 5_000);

    const statuses = await stop();
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
    // What the dead process knew is gone; the client is told to start over instead of being counted from anew.
    await expect(count(first)).rejects.toMatchObject({ code: 404 });
  }, 30_000);
});

describe('a server that keeps crashing', () => {
  it('backs off, says so with exit code and where to look, and recovers by a good spec', async () => {
    await gateway.api.create({ name: 'moody', imageName: 'crashing', imageVersion: '1' });
    const status = await waitFor('a crash loop', async () => {
      const seen = await gateway.api.status('moody');
      return seen.conditions.some(({ reason }) => reason === 'CrashLoopBackOff') ? seen : null;
    });
    expect(status).toMatchObject({ phase: 'Failed', readyReplicas: 0 });
    expect(status.replicas[0]).toMatchObject({ state: 'BackOff', lastExitCode: 3 });
    const { message = '' } = status.conditions.find(({ type }) => type === 'Ready') ?? {};
    expect(message).toMatch(/exit code 3 .* the next start is in \d+ s.* GET \/adapters\/moody\/logs\?instance=0/);
    expect(await gateway.api.logs('moody')).toContain('no luck today');

    await gateway.api.update(example('moody'));
    await gateway.api.ready('moody');
    const session = await connect(gateway.api.mcp('moody'));
    expect(await count(session)).toBe(1);
  }, 30_000);

  it('leaves the replicas of the version before serving, and says that it is blocked', async () => {
    await gateway.api.create(example('steady', { replicaCount: 2 }));
    await gateway.api.ready('steady');
    const session = await connect(gateway.api.mcp('steady'));
    const before = await whoami(session);

    await gateway.api.update({ name: 'steady', imageName: 'crashing', imageVersion: '2', replicaCount: 2 });
    await becomesTrue('the status to tell', async () => {
      const { phase, conditions } = await gateway.api.status('steady');
      expect(phase).toBe('Degraded');
      expect(conditions).toContainEqual(expect.objectContaining({ type: 'Progressing', reason: 'Blocked' }));
    });
    expect(await whoami(session)).toEqual(before);

    await gateway.api.update(example('steady', { replicaCount: 2 }));
    await gateway.api.ready('steady');
    expect(await whoami(session)).toEqual(before);
  }, 30_000);
});

describe('an image that nobody knows', () => {
  it('fails with how to add it, and starts once it is added, without a restart', async () => {
    await gateway.api.create({ name: 'unknown', imageName: 'unheard-of', imageVersion: '1' });
    const status = await waitFor('it to fail', async () => {
      const seen = await gateway.api.status('unknown');
      return seen.phase === 'Failed' ? seen : null;
    });
    const { reason, message } = status.conditions.find(({ type }) => type === 'Ready') ?? {};
    expect(reason).toBe('ImageNotFound');
    expect(message).toContain('No command is known for the image "unheard-of".');
    expect(message).toContain(`add it to ${gateway.home}/catalogue.json, as { "unheard-of": { "command": `);

    const entry = process.argv[0] as string;
    const server = 'require("node:http").createServer((q,r)=>r.end("ok")).listen(process.env.PORT,"127.0.0.1")';
    await gateway.writeCatalogue({ crashing, 'unheard-of': { command: entry, args: ['-e', server] } });
    await gateway.api.ready('unknown');
  }, 30_000);
});
