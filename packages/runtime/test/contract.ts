import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { adapter, tool } from './refs.js';
import { workload as workloadOf } from './supervisor.js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { desiredWorkload, ABSENT, revisionOf, type Observation, type Runtime, type Workload } from '../src/index.js';
import { serverState, ids, instances, ready } from './observed.js';
import { eventually } from './wait.js';

export interface RuntimeUnderTest {
  /** Knows the image `server`, version `1`, which runs server.mjs, and no other. */
  runtime: Runtime;
  /** Variables of the runtime's process that replicas must not get. */
  ours: Record<string, string>;
  close(): Promise<void>;
}

/** The longest time for a step; a cluster is slower than processes. */
const SETTLE_MS = 60_000;
const TEST_MS = 150_000;
/** The contract that every runtime fulfils. */
export function runtimeContract(name: string, make: () => Promise<RuntimeUnderTest>): void {
  describe(`the ${name} runtime`, () => {
    let made: RuntimeUnderTest;
    let runtime: Runtime;
    let names = 0;
    const watching = new AbortController();

    jest.setTimeout(TEST_MS);
    beforeAll(async () => {
      made = await make();
      runtime = made.runtime;
    });
    afterAll(async () => {
      watching.abort();
      await made.close();
    });

    const converges = <T>(check: () => T | Promise<T>) => eventually(check, SETTLE_MS);

    const workload = (version: string, { environment, ...more }: Partial<Workload> = {}): Workload =>
      workloadOf(`contract-${(names += 1)}`, { ...more, environment: { VERSION: version, ...environment } });

    /** Asserts that exactly the desired replicas run, ready and of the desired revision. */
    async function asWanted(wanted: Workload): Promise<Observation> {
      const seen = await runtime.observe(wanted);
      expect(seen).toMatchObject({
        exists: true,
        removing: false,
        resourceId: wanted.resourceId,
        revision: revisionOf(wanted),
        desiredReplicas: wanted.replicas,
        failure: null,
      });
      expect(seen.replicas.map(({ state, revision }) => `${state} ${revision}`)).toEqual(
        Array<string>(wanted.replicas).fill(`Ready ${revisionOf(wanted)}`),
      );
      expect(ready(seen)).toHaveLength(wanted.replicas);
      return seen;
    }
    const converged = (wanted: Workload) => converges(() => asWanted(wanted));
    async function applied(wanted: Workload): Promise<Observation> {
      await runtime.apply(desiredWorkload(wanted));
      return converged(wanted);
    }
    const absent = (of: ResourceRef) => converges(async () => expect(await runtime.observe(of)).toEqual(ABSENT));

    it('does not know a resource that was never applied', async () => {
      expect(await runtime.observe(adapter('contract-unknown'))).toEqual(ABSENT);
      expect(await runtime.list()).not.toContainEqual(adapter('contract-unknown'));
    });

    it('runs the desired number of replicas, each with an endpoint that answers', async () => {
      const wanted = workload('1', { replicas: 2 });
      const seen = await applied(wanted);
      expect(await runtime.list()).toContainEqual(adapter(wanted.name));
      expect(instances(seen)).toEqual([0, 1]);
      expect(new Set(seen.replicas.map((replica) => replica.name)).size).toBe(2);
      expect(new Set(ids(seen)).size).toBe(2);
      for (const { startedAt, restartCount, lastExitCode } of seen.replicas) {
        expect(Math.abs(Date.now() - Date.parse(startedAt ?? ''))).toBeLessThan(SETTLE_MS);
        expect({ restartCount, lastExitCode }).toEqual({ restartCount: 0, lastExitCode: null });
      }
      const states = await Promise.all(ready(seen).map(({ url }) => serverState(url)));
      expect(states.map(({ version }) => version)).toEqual(['1', '1']);
    });

    it('gives a server its environment and port, and nothing of the gateway’s environment', async () => {
      const seen = await applied(workload('1', { environment: { GREETING: 'Grüße, "du"\n$HOME', EMPTY: '' } }));
      const [{ url } = { url: '' }] = ready(seen);
      const { environment } = await serverState(url);
      expect(environment).toMatchObject({ VERSION: '1', GREETING: 'Grüße, "du"\n$HOME', EMPTY: '' });
      expect(environment['PORT']).toMatch(/^\d+$/);
      for (const [variable, value] of Object.entries(made.ours)) {
        expect(environment).not.toHaveProperty(variable);
        expect(Object.values(environment)).not.toContain(value);
      }
    });

    it('changes nothing when the same is applied again', async () => {
      const wanted = workload('1');
      const before = await applied(wanted);
      await runtime.apply(desiredWorkload(wanted));
      await runtime.apply(desiredWorkload(structuredClone(wanted)));
      const after = await applied({ ...wanted, replicas: 2 }); // had it begun anew, it would be seen by now
      expect(ids(after)).toEqual(expect.arrayContaining(ids(before)));
    });

    it('scales up and down, and does not touch the replicas that stay', async () => {
      const wanted = workload('1');
      const one = await applied(wanted);
      const three = await applied({ ...wanted, replicas: 3 });
      expect(ids(three)).toEqual(expect.arrayContaining(ids(one)));
      const two = await applied({ ...wanted, replicas: 2 });
      expect(ids(two)).toEqual(expect.arrayContaining(ids(one)));
      expect(instances(two)).toEqual([0, 1]);
    });

    it('scales to zero and back, with new endpoint ids', async () => {
      const wanted = workload('1');
      const before = await applied(wanted);
      const nothing = await applied({ ...wanted, replicas: 0 });
      expect(nothing).toMatchObject({ exists: true, replicas: [] });
      const after = await applied(wanted);
      // The memory of the first replica is lost, so its sessions must not be routed to the second one.
      expect(ids(after)).not.toEqual(ids(before));
    });

    it('replaces all replicas for a new revision, and always has one that answers', async () => {
      const first = workload('1', { replicas: 2 });
      const before = await applied(first);
      const second = { ...first, environment: { VERSION: '2' } };
      await runtime.apply(desiredWorkload(second));
      const versions = new Set<string>();
      let rolling = true;
      const calling = (async () => {
        while (rolling) {
          const endpoints = ready(await runtime.observe(first));
          expect(endpoints.length).toBeGreaterThan(0);
          for (const { url } of endpoints) versions.add((await serverState(url)).version);
        }
      })();
      const [after] = await Promise.all([converged(second).finally(() => (rolling = false)), calling]);
      expect(versions).toEqual(new Set(['1', '2']));
      for (const id of ids(after)) expect(ids(before)).not.toContain(id);
    });

    it('keeps the old replicas while a new version does not get ready, and goes on with a good one', async () => {
      const good = workload('1', { replicas: 2 });
      const before = await applied(good);
      const bad = { ...good, path: '/api/mcp', environment: { VERSION: '2', HEALTH: '500' } };
      await runtime.apply(desiredWorkload(bad));
      const tried = await converges(async () => {
        const seen = await runtime.observe(good);
        const newer = seen.replicas.filter(({ revision }) => revision === revisionOf(bad));
        expect(newer).not.toEqual([]);
        // The replica runs and answers, but is not ready.
        for (const { endpoint } of newer) expect((await serverState(endpoint?.url ?? '')).version).toBe('2');
        for (const { endpoint } of newer) expect(endpoint?.path).toBe('/api/mcp');
        return seen;
      });
      expect(tried.replicas.filter(({ state }) => state === 'Ready').length).toBeGreaterThan(0);
      for (const endpoint of ready(tried)) {
        expect(ids(before)).toContain(endpoint.id);
        expect(endpoint.path).toBe('/mcp');
        expect((await serverState(endpoint.url)).version).toBe('1');
      }
      await applied({ ...good, environment: { VERSION: '3' } });
    });

    it('runs an earlier revision again with new endpoint ids', async () => {
      const first = workload('1');
      const before = await applied(first);
      await applied({ ...first, environment: { VERSION: '2' } });
      expect(ids(await applied(first))).not.toEqual(ids(before));
    });

    it('restarts a replica that ended, with another endpoint id', async () => {
      const wanted = workload('1');
      const before = await applied(wanted);
      const [old = { id: '', url: '' }] = ready(before);
      await fetch(`${old.url}/exit?code=3`, { method: 'POST' });
      const after = await converges(async () => {
        const seen = await converged(wanted);
        expect(seen.replicas[0]).toMatchObject({ restartCount: 1, lastExitCode: 3 });
        return seen;
      });
      expect(ids(after)).not.toEqual(ids(before));
      expect((await serverState(ready(after)[0]?.url ?? '')).version).toBe('1');
    });

    it('reports the signal that ended a replica', async () => {
      const wanted = workload('1');
      const [old = { url: '' }] = ready(await applied(wanted));
      await fetch(`${old.url}/kill`, { method: 'POST' }).catch(() => {});
      await converges(async () => {
        const seen = await converged(wanted);
        expect(seen.replicas[0]).toMatchObject({ restartCount: 1, lastExitCode: 137 });
      });
    });

    it('explains that an image is unknown, and has no endpoints', async () => {
      const wanted = workload('1', { imageName: 'no-such-image' });
      await runtime.apply(desiredWorkload(wanted));
      const seen = await converges(async () => {
        const now = await runtime.observe(wanted);
        expect(now.failure).not.toBeNull();
        return now;
      });
      expect(seen.failure?.reason).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(seen.failure?.message).toContain('no-such-image');
      expect(seen.replicas.map(({ endpoint }) => endpoint)).toEqual([null]);
      await runtime.remove(wanted);
      await absent(wanted);
    });

    it('removes a workload with all its replicas, even when asked twice', async () => {
      const wanted = workload('1', { replicas: 2 });
      const seen = await applied(wanted);
      await runtime.remove(wanted);
      await runtime.remove(wanted);
      await absent(wanted);
      expect(await runtime.list()).not.toContainEqual(adapter(wanted.name));
      const calls = ready(seen).map(({ url }) => fetch(url)); // each may take until a connection is given up
      for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    });

    it('removes an absent workload with success', async () => {
      await expect(runtime.remove(adapter('contract-absent'))).resolves.toBeUndefined();
      expect(await runtime.observe(adapter('contract-absent'))).toEqual(ABSENT);
    });

    it('removes a workload that was applied a moment before', async () => {
      const wanted = workload('1', { replicas: 2 });
      await runtime.apply(desiredWorkload(wanted));
      await runtime.remove(wanted);
      await absent(wanted);
    });

    it('runs a new resource whose name is being removed, with new endpoint ids', async () => {
      const wanted = workload('1');
      const before = await applied(wanted);
      await runtime.remove(wanted);
      const again = { ...wanted, resourceId: '1d6f3a52-1f0e-4c9e-8a53-0a8a2b0f7c22' };
      // A runtime may wait for the end of the old workload; a reconcile then applies again.
      const after = await converges(async () => {
        await runtime.apply(desiredWorkload(again));
        return eventually(() => asWanted(again), 5_000);
      });
      expect(ids(after)).not.toEqual(ids(before));
    });

    it('keeps two resources of different kinds and the same name apart', async () => {
      const changes = new Set<string>();
      const stop = new AbortController();
      runtime.watch({ changed: (ref) => void changes.add(resourceKey(ref)), synced: () => {} }, stop.signal);
      const one = workload('of the adapter');
      const other = { ...one, kind: 'tool' as const, environment: { VERSION: 'of the tool' } };
      await Promise.all([runtime.apply(desiredWorkload(one)), runtime.apply(desiredWorkload(other))]);
      const [ofOne, ofOther] = [await converged(one), await converged(other)];
      const answers = await Promise.all([...ready(ofOne), ...ready(ofOther)].map(({ url }) => serverState(url)));
      expect(answers.map(({ version }) => version)).toEqual(['of the adapter', 'of the tool']);
      expect(await runtime.list()).toEqual(expect.arrayContaining([adapter(one.name), tool(one.name)]));
      expect([...changes]).toEqual(expect.arrayContaining([`adapter/${one.name}`, `tool/${one.name}`]));

      await runtime.remove(one);
      await absent(one);
      expect(ids(await asWanted(other))).toEqual(ids(ofOther));
      expect(await runtime.list()).not.toContainEqual(adapter(one.name));
      expect((await serverState(ready(ofOther)[0]?.url ?? '')).pid).toBe(answers[1]?.pid);
      stop.abort();
      await runtime.remove(other);
      await absent(other);
    });

    it('calls a watcher at the start and for every change, until the watch stops', async () => {
      const changes = new Set<string>();
      await new Promise<void>((resolve) =>
        runtime.watch({ changed: (ref) => void changes.add(ref.name), synced: resolve }, watching.signal),
      );
      const wanted = workload('1');
      await runtime.apply(desiredWorkload(wanted));
      await converges(() => expect(changes).toContain(wanted.name));
      const [endpoint = { url: '' }] = ready(await converged(wanted));
      changes.clear();
      await fetch(`${endpoint.url}/exit?code=1`, { method: 'POST' });
      await converges(() => expect(changes).toContain(wanted.name));
      await converged(wanted);
      changes.clear();
      await runtime.remove(wanted);
      await converges(() => expect(changes).toContain(wanted.name));
      await absent(wanted);

      watching.abort();
      changes.clear();
      await applied(workload('1'));
      expect(changes).toEqual(new Set());
    });
  });
}
