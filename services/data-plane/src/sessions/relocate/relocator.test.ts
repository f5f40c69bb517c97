import { expect, it } from '@jest/globals';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { createRelocator, type RelocationOutcome, type RelocatorParts } from './relocator.js';
import type { Relocation } from './relocation.js';

const UNREACHED = new Error('Redis is away');
const session = (why: Relocation['why']): Relocation => ({
  envelope: {
    id: 'id',
    kind: 'adapter',
    resourceId: 'adapter-1',
    endpointId: 'a',
    upstreamId: 'up',
    caller: 'alice',
    issuedAt: 0,
  },
  resource: { kind: 'adapter', name: 'echo' },
  requestId: 'r-1',
  principal: { subject: 'alice', name: 'alice', roles: [], tenant: 'default' },
  from: { endpointId: 'a', upstreamId: 'up', moves: 0, closed: false },
  why,
  headers: [],
  protocolVersion: undefined,
});
const codeOf = (error: unknown) => (error as GatewayError).code;

/** Redis stays silent until it fails the first request, and knows no session for later requests. */
function recoveryOf() {
  const ended: { id: string; tellServer: boolean }[] = [];
  const outcomes: [Relocation['why'], string][] = [];
  const { promise: first, reject: fail } = Promise.withResolvers<never>();
  const answers = [first];
  const parts = {
    routes: { get: () => ({ resourceId: 'adapter-1' }) },
    sessions: {
      records: { find: () => answers.shift() ?? Promise.resolve({ record: null }) },
      end: async ({ id }: { id: string }, _route: unknown, how: { tellServer: boolean }) =>
        void ended.push({ id, ...how }),
    },
    onOutcome: (why: Relocation['why'], outcome: RelocationOutcome) => void outcomes.push([why, outcome]),
  };
  return {
    relocator: createRelocator(parts as unknown as RelocatorParts),
    ended,
    outcomes,
    fail: () => fail(UNREACHED),
  };
}

it('tries again for a request that has lost the replica when a relocation for a drain fails meanwhile', async () => {
  const { relocator, ended, outcomes, fail } = recoveryOf();
  const asked = (['draining', 'draining', 'gone', 'unknown'] as const).map((why) =>
    relocator.relocate(session(why)).catch(codeOf),
  );
  fail();
  const lost = 'SESSION_NOT_FOUND';
  expect(await Promise.all(asked)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', lost, lost]);
  expect(ended).toEqual([{ id: 'id', tellServer: true }]); // the server may be back, and know the session
  expect(outcomes).toEqual([
    ['draining', 'stayed'],
    ['gone', lost],
  ]);
});

it('shares one relocation among concurrent requests', async () => {
  const { relocator, outcomes, fail } = recoveryOf();
  const asked = (['gone', 'draining', 'unknown'] as const).map((why) => relocator.relocate(session(why)).catch(codeOf));
  fail();
  expect(await Promise.all(asked)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
  expect(outcomes).toEqual([['gone', 'UNAVAILABLE']]);
});

it('ends a lost session for good, and sends no DELETE to a server that does not know it', async () => {
  const { relocator, ended, fail } = recoveryOf();
  const first = relocator.relocate(session('draining')).catch(codeOf);
  fail();
  await first;
  expect(await relocator.relocate(session('unknown')).catch(codeOf)).toBe('SESSION_NOT_FOUND');
  expect(ended).toEqual([{ id: 'id', tellServer: false }]);
});
