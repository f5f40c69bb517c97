import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

const spec = specOf('echo', { useWorkloadIdentity: true });

describe('an adapter with workload identity', () => {
  let trusted: Caller;
  let creator: Caller;
  beforeEach(async () => {
    const plane = await startControlPlane({ mayUseWorkloadIdentity: ({ roles }) => roles.includes('identity') });
    trusted = caller(plane.url, 'alice', 'identity');
    creator = caller(plane.url, 'alice');
  });

  const refusal = {
    code: 'FORBIDDEN',
    detail: 'useWorkloadIdentity needs the role mcp.admin or one that the operator lists in WORKLOAD_IDENTITY_ROLES',
  };

  it('is refused to a caller without the right, and nothing is registered', async () => {
    const { status, json } = await creator.post(spec);
    expect(status).toBe(403);
    expect(json).toMatchObject(refusal);
    expect((await creator.get('/adapters')).json).toEqual([]);
  });

  it('is registered for a caller with the right', async () => {
    expect((await trusted.post(spec)).status).toBe(201);
  });

  it('is changed only by a caller with the right; others may remove the identity', async () => {
    await trusted.post(spec);
    const changed = { ...spec, imageVersion: '2.0.0' };
    const refused = await creator.put('echo', changed);
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject(refusal);
    expect((await trusted.put('echo', changed)).status).toBe(200);
    expect((await creator.put('echo', { ...changed, useWorkloadIdentity: false })).status).toBe(200);
  });

  it('is removed by a caller that may change it, with or without the right', async () => {
    await trusted.post(spec);
    expect((await creator.remove('echo')).status).toBe(204);
  });
});
