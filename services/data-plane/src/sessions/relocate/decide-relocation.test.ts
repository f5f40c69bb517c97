import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '@mcp-gateway/sessions';
import {
  countMove,
  decideRelocation,
  loadPlacement,
  type RelocationDecision,
  type RelocationState,
} from './load-placement.js';
import type { RelocationParts } from './relocation.js';

const NOW = 1_780_000_000;
const record: SessionRecord = {
  kind: 'adapter',
  name: 'echo',
  resourceId: 'adapter-1',
  caller: 'alice',
  endpointId: 'a',
  upstreamId: 'raw',
  openedAt: NOW - 500,
  moves: 3,
  recentMoves: 2,
  recentSince: NOW - 30,
  initialize: '{}',
  protocolVersion: null,
  logLevel: null,
  subscriptions: [],
};

const cases: [
  what: string,
  record: Parameters<typeof decideRelocation>[0],
  seenMoves: number,
  verdict: RelocationDecision,
][] = [
  ['is where it was', record, 3, 'move'],
  ['was relocated by another data plane', record, 2, 'follow'],
  ['was relocated by another data plane, and has no recorded initialize', { ...record, initialize: null }, 0, 'follow'],
  ['has no recorded initialize', { ...record, initialize: null }, 3, 'lost'],
  ['is not recorded', null, 0, 'lost'],
  ['was closed', 'closed', 3, 'ended'],
  ['was relocated nine times in a minute', { ...record, recentMoves: 9 }, 3, 'move'],
  ['was relocated ten times in a minute', { ...record, recentMoves: 10 }, 3, 'give-up'],
  [
    'was relocated ten times in a minute that is over',
    { ...record, recentMoves: 10, recentSince: NOW - 60 },
    3,
    'move',
  ],
];

describe('a session whose replica is gone', () => {
  it.each(cases)('%s', (_what, found, seenMoves, verdict) => {
    expect(decideRelocation(found, seenMoves, NOW)).toBe(verdict);
  });

  it('is given up with a log line that names the request and the session', async () => {
    const lines: unknown[] = [];
    const parts = { log: { warn: (fields: unknown) => void lines.push(fields) } } as unknown as RelocationParts;
    const resource = { kind: 'adapter', name: 'echo' };
    const session = { envelope: { id: 'session-1' }, resource, requestId: 'request-1' };
    const state = { session, seenMoves: 3 } as unknown as RelocationState;
    const lost = { ...record, recentMoves: 10, recentSince: Math.floor(Date.now() / 1000) };
    const placement = loadPlacement(parts, state, { record: lost, lastUsedAt: null });
    await expect(placement).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    expect(lines).toEqual([{ requestId: 'request-1', ...resource, session: 'session-1' }]);
  });
});

describe('the moves of a session', () => {
  it.each([
    ['within the minute', { recentMoves: 2, recentSince: NOW - 59 }, { recentMoves: 3, recentSince: NOW - 59 }],
    ['after it', { recentMoves: 9, recentSince: NOW - 60 }, { recentMoves: 1, recentSince: NOW }],
    ['from the first on', { recentMoves: 0, recentSince: 0 }, { recentMoves: 1, recentSince: NOW }],
  ])('count %s', (_what, before, after) => {
    expect(countMove({ ...record, ...before }, NOW)).toEqual(after);
  });
});
