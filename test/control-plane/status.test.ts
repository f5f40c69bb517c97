import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AdapterRow } from '@mcp-gateway/database';
import { caller, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';
import { condition, replica } from './support/statuses.js';

describe('GET /adapters/{name}/status', () => {
  let plane: ControlPlane;
  let alice: Caller;
  const status = () => alice.get('/adapters/echo/status');
  const row = async () => (await plane.rows.find('echo')) as AdapterRow;

  beforeEach(async () => {
    plane = await startControlPlane();
    alice = caller(plane.url, 'alice');
    await alice.post(specOf('echo', { replicaCount: 3 }));
  });

  it('answers the desired state before the worker has acted', async () => {
    const { status: code, headers, json } = await status();
    expect(code).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      name: 'echo',
      phase: 'Pending',
      generation: 1,
      observedGeneration: 0,
      desiredReplicas: 3,
      readyReplicas: 0,
      updatedReplicas: 0,
      availableReplicas: 0,
      image: 'mcp-example:1.0.0',
      replicaStatus: '0 of 3 replicas ready',
      conditions: [],
      replicas: [],
    });
  });

  it('answers the state that the worker has observed', async () => {
    const replicas = [
      replica(0),
      replica(1, {
        ready: false,
        updated: false,
        state: 'BackOff',
        restartCount: 4,
        lastExitCode: 137,
        message: 'exits with 137',
      }),
      replica(2, { ready: true, updated: false }),
    ];
    await plane.rows.saveStatus(await row(), { phase: 'Degraded', conditions: [condition], replicas });
    expect((await status()).json).toEqual({
      name: 'echo',
      phase: 'Degraded',
      generation: 1,
      observedGeneration: 1,
      desiredReplicas: 3,
      readyReplicas: 2,
      updatedReplicas: 1,
      availableReplicas: 2,
      image: 'mcp-example:1.0.0',
      replicaStatus: '2 of 3 replicas ready',
      conditions: [condition],
      replicas,
    });
  });

  it('is Progressing until the worker has acted on a change', async () => {
    await plane.rows.saveStatus(await row(), { phase: 'Ready', conditions: [], replicas: [replica(0)] });
    await alice.put('echo', specOf('echo', { replicaCount: 1, imageVersion: '2.0.0' }));
    expect((await status()).json).toMatchObject({
      phase: 'Progressing',
      generation: 2,
      observedGeneration: 1,
      desiredReplicas: 1,
      image: 'mcp-example:2.0.0',
    });
    await plane.rows.saveStatus(await row(), { phase: 'Ready', conditions: [], replicas: [replica(0)] });
    expect((await status()).json).toMatchObject({ phase: 'Ready', generation: 2, observedGeneration: 2 });
  });
});
