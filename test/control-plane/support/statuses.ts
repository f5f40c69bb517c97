import type { Condition, ReplicaStatus, SessionResource } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { SessionService } from './sources.js';

export const condition: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'ReplicasNotReady',
  message: '1 of 3 replicas is ready.',
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
};
export const replica = (instance: number, changes: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  name: `echo-${instance}`,
  instance,
  state: 'Ready',
  ready: true,
  updated: true,
  restartCount: 0,
  lastExitCode: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  message: null,
  ...changes,
});

export const session: SessionResource = {
  id: 'b8f3c1de-2d5e-4b7a-8a63-0f6f5f1f9c22',
  caller: 'alice',
  client: { name: 'client', version: '1' },
  protocolVersion: '2025-11-25',
  endpoint: 'echo-0.1',
  moves: 0,
  openedAt: '2026-01-01T00:00:00.000Z',
  lastUsedAt: '2026-01-01T00:00:00.000Z',
};

/** One session on the first page, and a link to a next page. */
export const oneSession: SessionService = {
  list: async () => ({ items: [session], next: session.id }),
  async end(_principal, _row, id) {
    if (id !== session.id) throw new GatewayError('SESSION_NOT_FOUND');
  },
};
