import { expect, it } from '@jest/globals';
import { Quota } from '@mcp-gateway/common/contracts';
import type { LeaseRequest, QuotaLedger, SlotsRequest } from './ledger.js';
import { type Call, TenantQuota } from './tenant-quota.js';

/** Grants what one data plane needs, as the scripts in Redis do. */
const ledger: QuotaLedger = {
  isReady: () => true,
  lease: async (requests: readonly LeaseRequest[]) =>
    requests.map(({ need }) => ({ granted: need, used: need, window: 1, msLeft: 60_000 })),
  takeSlots: async (_dataPlane: string, requests: readonly SlotsRequest[]) =>
    requests.map(({ inUse, want, limit }) => ({ granted: Math.max(inUse, Math.min(want, limit)), used: 0 })),
  slotsOf: async () => [],
  seen: async () => 1,
};

const context = { ledger, dataPlane: 'a', withoutRedis: 'share', planes: () => 1, onLease: () => {} } as const;
const CALL: Call = { requests: 1, caller: 'bob', adapter: 'echo', tools: ['add'] };

it('a caller that makes up ten thousand tools has no more requests of one under way than it may have', async () => {
  const quota = Quota.parse({ perTool: { concurrentRequests: 2 } });
  const tenant = new TenantQuota('acme', 'test', quota, context);
  const admit = async (...tools: string[]) => {
    const call: Call = { requests: tools.length, caller: 'bob', adapter: 'echo', tools };
    return tenant.admit(call);
  };
  const first = await admit('slow');
  for (let batch = 0; batch < 11; batch += 1) {
    const { release } = await admit(...Array.from({ length: 1_000 }, (_, at) => `made-up-${batch}-${at}`));
    release?.();
  }
  expect((await admit('slow')).refusal).toBeUndefined();
  expect((await admit('slow')).refusal).toMatchObject({ scope: 'tool', what: 'concurrentRequests' });
  first.release?.();
  expect((await admit('slow')).refusal).toBeUndefined();
});

it('slots in use are renewed, so that they do not expire, and those that are free are forgotten', async () => {
  const asked: SlotsRequest[] = [];
  const watched: QuotaLedger = {
    ...ledger,
    async takeSlots(dataPlane, requests) {
      asked.push(...requests);
      return ledger.takeSlots(dataPlane, requests);
    },
  };
  const tenant = new TenantQuota('acme', 'test', Quota.parse({ streams: 5 }), { ...context, ledger: watched });
  const renewed = async () => {
    asked.length = 0;
    await tenant.renew();
    return asked.map(({ inUse }) => inUse);
  };
  const { release } = await tenant.admitStream();
  expect([await renewed(), await renewed()]).toEqual([[1], [1]]);
  release?.();
  await renewed();
  expect(await renewed()).toEqual([]);
});

it('another limit holds for what is counted already', async () => {
  const tenant = new TenantQuota('acme', 'test', Quota.parse({ concurrentRequests: 2 }), context);
  expect((await tenant.admit(CALL)).refusal).toBeUndefined();
  tenant.setQuota(Quota.parse({ concurrentRequests: 1 }));
  expect((await tenant.admit(CALL)).refusal).toMatchObject({ scope: 'tenant', limit: 1 });
});

it('tools of one name on two adapters are counted apart', async () => {
  const tenant = new TenantQuota('acme', 'test', Quota.parse({ perTool: { concurrentRequests: 1 } }), context);
  const refusals = [];
  for (const adapter of ['echo', 'other', 'echo']) refusals.push((await tenant.admit({ ...CALL, adapter })).refusal);
  expect(refusals.map((refusal) => refusal?.scope)).toEqual([undefined, undefined, 'tool']);
});
