import { adapterRef } from '@mcp-gateway/common/contracts';
import type { SessionRecord } from '@mcp-gateway/sessions';

/** The record of a session that alice has opened at `echo` and that has never moved. */
export const sessionRecord = (given: Partial<SessionRecord> = {}): SessionRecord => ({
  ...adapterRef('echo'),
  resourceId: 'adapter-1',
  caller: 'alice',
  endpointId: 'a',
  upstreamId: 'raw',
  openedAt: 1,
  moves: 0,
  recentMoves: 0,
  recentSince: 0,
  initialize: '{}',
  protocolVersion: null,
  logLevel: null,
  subscriptions: [],
  ...given,
});
