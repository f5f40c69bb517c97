import { expect, it } from '@jest/globals';
import type { ErrorCode, GatewayError } from '@mcp-gateway/common/errors';
import { createRecovery, type Displaced, type RecoveryParts } from './recover.js';

const UNREACHED = new Error('Redis is away');
const session = (why: Displaced['why']): Displaced => ({
  envelope: { id: 'id', adapterId: 'adapter-1', endpointId: 'a', upstreamId: 'up', caller: 'alice', issuedAt: 0 },
  adapter: 'echo',
  from: { endpointId: 'a', upstreamId: 'up', moves: 0, closed: false },
  why,
  headers: [],
  protocolVersion: undefined,
});
const codeOf = (error: unknown) => (error as GatewayError).code;

/** Where Redis answers nothing until it fails for the first who asks, and knows no session for whoever asks later. */
function recoveryOf() {
  const ended: string[] = [];
  const outcomes: [Displaced['why'], string][] = [];
  const { promise: first, reject: fail } = Promise.withResolvers<never>();
  const answers = [first];
  const parts = {
    routes: { get: () => ({ adapterId: 'adapter-1' }) },
    sessions: {
      records: { find: () => answers.shift() ?? Promise.resolve({ record: null }) },
      end: async ({ id }: { id: string }) => void ended.push(id),
    },
    onOutcome: (why: Displaced['why'], outcome: 'settled' | ErrorCode) => void outcomes.push([why, outcome]),
  };
  return { recovery: createRecovery(parts as unknown as RecoveryParts), ended, outcomes, fail: () => fail(UNREACHED) };
}

it('is tried again for who has lost the replica, when a move for a drain that is under way fails', async () => {
  const { recovery, ended, outcomes, fail } = recoveryOf();
  const asked = (['draining', 'draining', 'gone', 'unknown'] as const).map((why) =>
    recovery.recover(session(why)).catch(codeOf),
  );
  fail();
  const lost = 'SESSION_NOT_FOUND';
  expect(await Promise.all(asked)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', lost, lost]);
  expect(ended).toEqual(['id']);
  expect(outcomes).toEqual([
    ['draining', 'stayed'],
    ['gone', lost],
  ]);
});

it('is one for all who ask for the same', async () => {
  const { recovery, outcomes, fail } = recoveryOf();
  const asked = (['gone', 'draining', 'unknown'] as const).map((why) => recovery.recover(session(why)).catch(codeOf));
  fail();
  expect(await Promise.all(asked)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
  expect(outcomes).toEqual([['gone', 'UNAVAILABLE']]);
});
