import { adapter } from '../../../test/refs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/clock.js';
import { supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import type { ObservedReplica } from '../../runtime.js';
import { catalogue } from '../catalogue.js';
import { Supervisor, type SupervisorOptions } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: TestClock;
let supervisor: Supervisor;
const start = (more: Partial<SupervisorOptions> = {}) => {
  supervisor = new Supervisor({ ...supervisorOptions(folder.path), clock, ...more });
};
beforeEach(async () => {
  folder = await temporaryFolder();
  clock = new TestClock();
  start();
});
afterEach(async () => {
  await supervisor.close();
  await folder.remove();
});

const seen = () => supervisor.observe(adapter('echo'));
const replica = () => seen().replicas[0] as ObservedReplica;
const isReady = () => eventually(() => expect(replica()).toMatchObject({ state: 'Ready' }));
async function send(path: string): Promise<void> {
  await fetch(`${replica().endpoint?.url}${path}`, { method: 'POST', headers: { connection: 'close' } });
}

describe('a replica that may speak stdio', () => {
  const running = (command: string) =>
    start({ catalogue: catalogue({ silent: { command: '/bin/sh', args: ['-c', command], env: {} } }, undefined) });

  it('has a hint when it ends with exit code 0', async () => {
    running('exit 0');
    clock.hold(1_000);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'silent' })));
    await eventually(() => expect(replica().restartCount).toBe(2));
    expect(replica().message).toBe(
      'It ended with exit code 0, 2 times in a row; the next start is in 1 s. A server that speaks only stdio ends ' +
        'like this because it gets no input: start it with its option for streamable HTTP, or run it behind the bridge: ' +
        'imageName mcp-proxy with its command in MCP_COMMAND and MCP_ARGS.',
    );
  });

  it('has a hint when it does not listen for long', async () => {
    running('sleep 1000');
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'silent' })));
    await eventually(() =>
      expect(replica().message).toBe(
        'GET /healthz fails: nothing listens on PORT yet. The server has to listen on the port in PORT, or on {port} from ' +
          'its arguments. If it speaks only stdio, start it with its option for streamable HTTP, or run it behind the bridge: ' +
          'imageName mcp-proxy with its command in MCP_COMMAND and MCP_ARGS.',
      ),
    );
  });
});

describe('a replica that listens on ::1 only', () => {
  it('has an endpoint with that address', async () => {
    const script = `require('http').createServer((_, res) => res.end('here')).listen(process.env.PORT, '::1')`;
    start({ catalogue: catalogue({ six: { command: process.execPath, args: ['-e', script], env: {} } }, undefined) });
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'six' })));
    await isReady();
    const { url = '' } = replica().endpoint ?? {};
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).toBe('here');
  });
});

describe('a replica whose health check fails', () => {
  it('quotes the first answer, even when each answer differs', async () => {
    const script = `let n = 0; require('http').createServer((_, res) => res.writeHead(503).end('not yet: ' + n++)).listen(process.env.PORT, '127.0.0.1')`;
    start({ catalogue: catalogue({ busy: { command: process.execPath, args: ['-e', script], env: {} } }, undefined) });
    const messages = new Set<string | null>();
    supervisor.watch(() => messages.add(seen().replicas[0]?.message ?? null));
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'busy' })));
    await eventually(() => expect([...messages]).toContain('GET /healthz answers 503 "not yet: 0"'));
    const before = clock.sleeps.length;
    await eventually(() => expect(clock.sleeps.length).toBeGreaterThan(before + 3));
    expect([...messages].filter((message) => message?.includes('not yet'))).toHaveLength(1);
  });

  it('is Starting, with the reason, until the check first passes', async () => {
    supervisor.apply(desiredWorkload(workload('echo', { environment: { HEALTH: '503' } })));
    await eventually(() => expect(replica().message).toBe('GET /healthz answers 503'));
    expect(replica()).toMatchObject({ state: 'Starting', endpoint: { ready: false }, restartCount: 0 });
    await send('/health?status=200');
    await isReady();
    expect(replica()).toMatchObject({ message: null, endpoint: { ready: true } });
  });

  it('is not ready after three failures in a row, and ready again when the check passes', async () => {
    let release = clock.hold(2_000);
    /** Lets it be checked once more. */
    async function check() {
      const [before, next] = [clock.sleeps.length, release];
      release = clock.hold(2_000);
      next();
      await eventually(() => expect(clock.sleeps.length).toBe(before + 1));
    }
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const { endpoint } = replica();
    const states = [];
    for (const status of [500, 500, 200, 500, 500, 500]) {
      await send(`/health?status=${status}`);
      await check();
      states.push(replica().state);
    }
    expect(states).toEqual([...Array<string>(5).fill('Ready'), 'NotReady']);
    expect(replica()).toMatchObject({
      endpoint: { ...endpoint, ready: false }, // its sessions stay with it
      message: 'GET /healthz answers 500',
      restartCount: 0,
    });
    await send('/health?status=200');
    await check();
    expect(replica()).toMatchObject({ state: 'Ready', endpoint, message: null });
  });

  it('is restarted after fifteen failures, with another endpoint id', async () => {
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const { endpoint } = replica();
    await send('/health?status=500');
    await eventually(() => expect(replica()).toMatchObject({ restartCount: 1, lastExitCode: 137 }));
    await isReady();
    expect(replica().endpoint?.id).not.toBe(endpoint?.id);
  });

  it('is ready with a note when the path does not exist', async () => {
    supervisor.apply(desiredWorkload(workload('echo', { healthPath: '/no-such-path' })));
    await isReady();
    expect(seen().healthNote).toContain('GET /no-such-path answers 404');
  });
});
