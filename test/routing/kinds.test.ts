import { expect, it } from '@jest/globals';
import { adapterRef, resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { routePublisher } from '@mcp-gateway/routing';
import { reconcileQueue } from '@mcp-gateway/routing/queue';
import { listSessions, sessionRecords } from '@mcp-gateway/sessions';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { sessionRecord } from '../support/session-record.js';
import { becomesTrue } from '../support/wait.js';
import { followLoaded, route } from './support/routes.js';
import { consume } from './support/sources.js';

// `tool` stands in for a second kind of resource.
const ADAPTER = adapterRef('echo');
const TOOL: ResourceRef = { kind: 'tool', name: 'echo' };

it('routes of an adapter and a tool of one name are published, refreshed and withdrawn independently', async () => {
  const prefix = freshPrefix();
  const publisher = routePublisher(await connectRedis(), prefix);
  const version = { createdAt: new Date(1), generation: 1, run: 1 };
  await publisher.publishAll([], 0);
  const table = await followLoaded(prefix);
  await publisher.publish({ route: { ...route('echo'), addresses: ['10.0.0.1'] }, version });
  await publisher.publish({
    route: { ...route('echo', 7), kind: 'tool', requiredRoles: ['other'], addresses: ['10.0.0.2'] },
    version: { ...version, generation: 7 },
  });
  await becomesTrue('both routes', () => {
    expect(table.get(ADAPTER)).toMatchObject({ kind: 'adapter', generation: 1, requiredRoles: ['team'] });
    expect(table.get(TOOL)).toMatchObject({ kind: 'tool', generation: 7, requiredRoles: ['other'] });
  });
  expect(['10.0.0.1', '10.0.0.2'].map((address) => table.resourceAt(address))).toEqual([ADAPTER, TOOL]);
  expect((await publisher.refs()).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([ADAPTER, TOOL]);

  expect(await publisher.withdraw(ADAPTER, version)).toBe(true);
  await becomesTrue('the withdrawal', () => expect(table.get(ADAPTER)).toBeUndefined());
  await table.refresh(TOOL);
  expect(table.get(TOOL)).toBeDefined();
});

it('jobs for an adapter and a tool of one name do not replace each other', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const queue = reconcileQueue(redis, prefix);
  afterTest(() => queue.close());
  for (const ref of [ADAPTER, TOOL, ADAPTER, TOOL]) await queue.reconcile(ref);
  expect(await queue.counts()).toMatchObject({ waiting: 2 });
  const runs: ResourceRef[] = [];
  const stop = consume({ redis, prefix, reconcile: async (ref) => void runs.push(ref), log: silent });
  afterTest(() => stop());
  await becomesTrue('both runs', () => expect(runs.map(resourceKey).toSorted()).toEqual(['adapter/echo', 'tool/echo']));
});

it('sessions of an adapter and a tool with the same name and id are recorded, listed and ended independently', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const records = sessionRecords(redis, prefix);
  const bounds = { max: 1, maxPerCaller: 1, idleSince: 0, keepSeconds: 60 };
  const refOf = ({ kind }: ResourceRef) => ({ id: 's', kind, resourceId: 'same', caller: 'alice' });
  const recordOf = (ref: ResourceRef) => sessionRecord({ ...ref, resourceId: 'same', endpointId: `${ref.kind}-0` });
  const messages: string[] = [];
  const listener = await connectRedis();
  await listener.subscribe(records.keys.changed, (text) => void messages.push(text));
  for (const ref of [ADAPTER, TOOL]) {
    expect(await records.create(refOf(ref), recordOf(ref), bounds)).toBe('opened');
    expect((await records.find(refOf(ref))).record).toEqual(recordOf(ref));
  }
  const how = { now: 2, keepSeconds: 60, tellServer: true };
  expect(await records.close(refOf(ADAPTER), ADAPTER, how)).toBe(true);
  expect((await records.find(refOf(TOOL))).record).toEqual(recordOf(TOOL));
  const listed = (ref: ResourceRef) => listSessions(redis, prefix, { kind: ref.kind, resourceId: 'same', limit: 9 });
  expect([(await listed(ADAPTER)).sessions.length, (await listed(TOOL)).sessions.length]).toEqual([0, 1]);
  expect(await records.nextTermination()).toMatchObject({ ...ADAPTER, endpointId: 'adapter-0' });
  await becomesTrue('the change', () => expect(messages).toEqual(['s adapter/echo closed']));
});
