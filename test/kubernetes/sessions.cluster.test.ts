import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example } from '../support/api.js';
import { callText, connect, whoami, type Session } from '../support/clients.js';
import { failuresOf, useAll } from '../support/session-load.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 90_000;
const SESSIONS = 12;

const namespace = freshNamespace();
let gateway: ClusterGateway;
beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name, { worker: { ADAPTER_DRAIN_SECONDS: '5' } });
  await gateway.api.create(example('echo', { replicaCount: 2 }));
  await gateway.api.ready('echo', STEP_MS);
});

const openSessions = () => Promise.all(Array.from({ length: SESSIONS }, () => connect(gateway.api.mcp('echo'))));
const places = async (sessions: Session[]) => (await Promise.all(sessions.map(whoami))).map(({ replica }) => replica);

describe('sessions on pods', () => {
  it('move without a failed call when their pod is deleted, while new ones open', async () => {
    const sessions = await openSessions();
    const [first = ''] = await places(sessions);
    expect(first).toMatch(/^echo-[01]$/);
    const load = useAll(sessions);
    await namespace.kubectl('delete', 'pod', `adapter-${first}`, '--wait=false');
    await waitFor('its sessions to move', async () => !(await places(sessions)).includes(first), STEP_MS);
    await waitFor('all to be used', () => new Set(load.uses.map(({ session }) => session)).size === SESSIONS);
    expect(await callText(await connect(gateway.api.mcp('echo')), 'add', { a: 2, b: 3 })).toBe('5');
    const uses = await load.stop();
    expect(failuresOf(uses)).toEqual([]);
    expect(uses.filter(({ failure }) => failure !== undefined)).toEqual([]);
    await gateway.api.ready('echo', STEP_MS);
  });

  it('survive a rollout', async () => {
    const sessions = await openSessions();
    const load = useAll(sessions);
    await gateway.api.update(example('echo', { replicaCount: 2, environmentVariables: { NEXT: '1' } }));
    await gateway.api.ready('echo', STEP_MS);
    const uses = await load.stop();
    expect(failuresOf(uses)).toEqual([]);
    expect(uses.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(await Promise.all(sessions.map((session) => callText(session, 'add', { a: 2, b: 3 })))).toEqual(
      Array(SESSIONS).fill('5'),
    );
  });
});
