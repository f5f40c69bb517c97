import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { sessionKeys, sessionRecords, type SessionRecords } from '@mcp-gateway/sessions';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { BOUNDS, CLOSE, ECHO, NOW, recordOf, ref } from './example.js';

describe('sessions of a tenant with a limit', () => {
  let redis: RedisClient;
  let prefix: string;
  let records: SessionRecords;

  beforeEach(async () => {
    prefix = freshPrefix();
    redis = await connectRedis();
    records = sessionRecords(redis, prefix);
  });

  it('count, however many resources they are of, until they are closed', async () => {
    const other = (id: string) => ({ ...ref(id), resourceId: 'adapter-2' });
    const join = (of: ReturnType<typeof ref>, more = {}) =>
      records.create(of, recordOf('alice', { tenant: 'acme' }), { ...BOUNDS, maxOfTenant: 2, ...more });
    const counted = () => records.ofTenant('acme', NOW);

    expect(await join(ref('1'))).toBe('opened');
    expect(await join(other('2'), { max: 0 })).toBe('adapter-full');
    expect(await counted()).toBe(1); // one that was refused does not count
    expect(await join(other('3'))).toBe('opened');
    expect(await join(ref('4'))).toBe('tenant-full');
    expect((await records.find(ref('4'))).record).toBeNull();

    await records.close(ref('1'), ECHO, CLOSE);
    await records.close(ref('1'), ECHO, CLOSE);
    expect(await counted()).toBe(1);
    expect(await join(ref('5'))).toBe('opened');
    const later = NOW + BOUNDS.keepSeconds; // when none can be open any longer
    expect(await records.ofTenant('acme', later)).toBe(0);
    const last = recordOf('alice', { tenant: 'acme', openedAt: later });
    expect(await records.create(ref('6'), last, { ...BOUNDS, maxOfTenant: 1 })).toBe('opened');
  });

  it('do not count when their record cannot be written', async () => {
    await redis.set(sessionKeys(prefix).used(ref('1')), 'no set');
    const opening = records.create(ref('1'), recordOf('alice', { tenant: 'acme' }), { ...BOUNDS, maxOfTenant: 1 });
    await expect(opening).rejects.toThrow('WRONGTYPE');
    expect(await records.ofTenant('acme', NOW)).toBe(0);
  });

  it('count until they have left the list of their tenant, also when that fails at first', async () => {
    await records.create(ref('1'), recordOf('alice', { tenant: 'acme' }), { ...BOUNDS, maxOfTenant: 1 });
    const index = sessionKeys(prefix).ofTenant('acme');
    await redis.rename(index, `${index}:kept`);
    await redis.set(index, 'no set');
    await expect(records.close(ref('1'), ECHO, CLOSE)).rejects.toThrow('WRONGTYPE');
    await redis.rename(`${index}:kept`, index);
    await records.close(ref('1'), ECHO, CLOSE);
    expect(await records.ofTenant('acme', NOW)).toBe(0);
  });
});
