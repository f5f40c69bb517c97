import { describe, expect, it } from '@jest/globals';
import { ApiError } from './api/errors.js';
import { missingNamespace, readinessGate } from './readiness.js';
import type { Informer } from './informers/reflector.js';

const SYNC_MS = 20;
const never = new Promise<void>(() => {});
const CANNOT = 'User "worker" cannot list resource "pods" in API group "" in the namespace "adapter"';
const forbidden = new ApiError(403, 'Forbidden', `pods is forbidden: ${CANNOT}`);

const unknownNamespace = async () => null;

const watch = (kind: Informer['kind'], synced = Promise.resolve(), problem: Error | null = null): Informer => ({
  kind,
  synced,
  problem,
  run: () => never,
});

describe('the runtime', () => {
  it('is ready once every informer has listed its objects, even while a watch is broken', async () => {
    const unavailable = watch('Service', Promise.resolve(), new Error('it does not answer'));
    await expect(
      readinessGate([watch('Pod'), unavailable], unknownNamespace, SYNC_MS).ready(),
    ).resolves.toBeUndefined();
  });

  it('waits for the last list, and names the error that delays it', async () => {
    const problem = new Error('it does not answer');
    const { ready } = readinessGate([watch('Pod'), watch('Service', never, problem)], unknownNamespace, SYNC_MS);
    await expect(ready()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'the informers have not listed the cluster yet',
      cause: problem,
    });
  });

  it('names a right that it lacks, and does not wait for it', async () => {
    const { ready } = readinessGate([watch('Service'), watch('Pod', never, forbidden)], unknownNamespace);
    await expect(ready()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      detail:
        'worker may not list pods in namespace adapter. Create the namespace if it does not exist; otherwise add the right to its Role there.',
      cause: forbidden,
    });
  });

  it('names the missing namespace if the API server reports it', async () => {
    const answers = (status: number) => ({ call: () => Promise.reject(new ApiError(status, '', 'no')) });
    const ready = (status: number) =>
      readinessGate([watch('Pod', never, forbidden)], () => missingNamespace(answers(status), 'adapter')).ready();
    await expect(ready(404)).rejects.toMatchObject({
      detail: 'There is no namespace adapter. Create the namespace with what the gateway needs in it.',
    });
    await expect(ready(403)).rejects.toMatchObject({ detail: expect.stringContaining('may not list pods') });
    expect(await missingNamespace({ call: async () => ({}) }, 'adapter')).toBeNull();
  });

  it('names a missing right that it learns of while it waits', async () => {
    const pods = { ...watch('Pod', never), problem: null as Error | null };
    const call = readinessGate([pods], unknownNamespace, SYNC_MS).ready();
    pods.problem = forbidden;
    await expect(call).rejects.toMatchObject({ cause: forbidden });
  });

  it('does not need the informer of events', async () => {
    const { synced, ready } = readinessGate(
      [watch('Pod'), watch('Event', never, forbidden)],
      unknownNamespace,
      SYNC_MS,
    );
    await expect(ready()).resolves.toBeUndefined();
    await expect(synced).resolves.toHaveLength(1);
  });
});
