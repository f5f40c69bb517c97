import { describe, expect, it } from '@jest/globals';
import { silent } from '../test/fixtures.js';
import { chooseRuntime } from './compose.js';

describe('the runtime that RUNTIME names', () => {
  it.each<[name: 'process' | 'kubernetes', environment: Record<string, string>, missing: string]>([
    ['process', { IMAGE_REGISTRY: 'registry' }, 'PROCESS_SUPERVISOR is required'],
    ['kubernetes', { PROCESS_SUPERVISOR: '/s' }, 'IMAGE_REGISTRY is required'],
    ['kubernetes', { IMAGE_REGISTRY: 'registry' }, 'KUBECONFIG is required outside of a cluster'],
  ])('%s with %j rejects with the name of the missing setting', async (name, environment, missing) => {
    await expect(chooseRuntime(name, environment, silent)).rejects.toThrow(missing);
  });

  it('waits for the supervisor at its socket', async () => {
    const runtime = await chooseRuntime('process', { PROCESS_SUPERVISOR: '/nowhere/supervisor.sock' }, silent);
    await expect(runtime.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await runtime.close();
  });
});
