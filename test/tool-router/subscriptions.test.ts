import { describe, expect, it } from '@jest/globals';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Client } from '@modelcontextprotocol/client';
import { McpServer, ResourceTemplate, type Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { alice, legacyClient, modernClient, startRouter } from './support/router.js';
import { MCP, startLegacyServer, startModernServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const Uri = z.looseObject({ uri: z.string() });

/** A server of notes. `subscribed` has the sessions in which it tells of updates, with the resources of each. */
function notes(subscribed: Map<Server, Set<string>> = new Map()): Server {
  const mcp = new McpServer({ name: 'notes', version: '1' }, { capabilities: { resources: { subscribe: true } } });
  const { server } = mcp;
  const text = (uri: URL) => ({ contents: [{ uri: uri.href, text: uri.href }] });
  for (const name of ['one', 'two']) mcp.registerResource(name, `note://${name}`, {}, text);
  mcp.registerResource('any', new ResourceTemplate('note://any/{name}', { list: undefined }), {}, text);
  const uris = new Set<string>();
  server.setRequestHandler('resources/subscribe', { params: Uri }, ({ uri }) => {
    subscribed.set(server, uris.add(uri));
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', { params: Uri }, ({ uri }) => {
    uris.delete(uri);
    return {};
  });
  return server;
}

async function startNotes(era: 'legacy' | 'modern') {
  if (era === 'modern') {
    const { url, stop, notify } = await startModernServer(() => notes());
    return { url, stop, update: (uri: string) => notify.resourceUpdated(uri), followed: () => [] as number[] };
  }
  const subscribed = new Map<Server, Set<string>>();
  const { url, stop } = await startLegacyServer(() => notes(subscribed));
  const update = (uri: string) => {
    for (const [server, uris] of subscribed) {
      if (uris.has(uri)) void server.sendResourceUpdated({ uri }).catch(() => {});
    }
  };
  return { url, stop, update, followed: () => [...subscribed.values()].map((uris) => uris.size) };
}

async function listening(url: string, resourceSubscriptions: string[], caller = alice) {
  const updates: string[] = [];
  const client: Client = await modernClient(url, caller, {
    prepare: (each) =>
      each.setNotificationHandler('notifications/resources/updated', ({ params }) => void updates.push(params.uri)),
  });
  await becomesTrue('the notes', async () =>
    expect((await client.listResources(undefined, FRESH)).resources.length).toBeGreaterThan(0),
  );
  const subscription = await client.listen({ resourceSubscriptions });
  return { subscription, updates, client };
}

async function subscribing(url: string, uris: string[], caller = alice) {
  const updates: string[] = [];
  const { client } = await legacyClient(url, caller, {
    prepare: (each) =>
      each.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updates.push(params.uri)),
  });
  for (const uri of uris) await client.subscribeResource({ uri });
  return { updates, client };
}

/** A server says something only once all before it has arrived, so what has not arrived when this has never will. */
const hears = (what: string, updates: string[], wanted: string[]) =>
  becomesTrue(what, () => expect(updates).toEqual(wanted));

describe.each(['legacy', 'modern'] as const)('resources of a %s server', (era) => {
  it('are followed by clients of both eras, who hear of their own and of no others', async () => {
    const router = await startRouter();
    const server = await startNotes(era);
    await router.publish('notes', { definition: MCP, urls: [server.url] });
    const modern = await listening(router.url, ['note://one', 'note://any/x', 'note://none']);
    const other = await listening(router.url, ['note://two']);
    const legacy = await subscribing(router.url, ['note://one', 'note://two']);
    expect(modern.subscription.honoredFilter.resourceSubscriptions).toEqual(['note://one', 'note://any/x']);
    server.update('note://two');
    await hears('two', other.updates, ['note://two']);
    await hears('two', legacy.updates, ['note://two']);
    server.update('note://one');
    await hears('one', modern.updates, ['note://one']);
    await hears('one', legacy.updates, ['note://two', 'note://one']);
    server.update('note://any/x');
    await hears('x', modern.updates, ['note://one', 'note://any/x']);
    await legacy.client.unsubscribeResource({ uri: 'note://one' });
    await modern.subscription.close();
    server.update('note://one');
    server.update('note://two');
    await hears('two', other.updates, ['note://two', 'note://two']);
    await hears('two', legacy.updates, ['note://two', 'note://one', 'note://two']);
    expect(modern.updates).toEqual(['note://one', 'note://any/x']);
    await expect(legacy.client.subscribeResource({ uri: 'note://none' })).rejects.toThrow(/note:\/\/none/);
    await other.subscription.close();
    if (era === 'modern') return;
    // The session that all modern requests of the caller share, and that of the legacy client.
    await becomesTrue('the end at the server', () => expect(server.followed()).toEqual([0, 1]));
  });

  it('are followed again when the server is replaced', async () => {
    const router = await startRouter();
    const before = await startNotes(era);
    await router.publish('notes', { definition: MCP, urls: [before.url] });
    const modern = await listening(router.url, ['note://one']);
    const legacy = await subscribing(router.url, ['note://one']);
    const after = await startNotes(era);
    await router.publish('notes', { definition: MCP, urls: [after.url] });
    await before.stop();
    await becomesTrue('an update from the other server', () => {
      after.update('note://one');
      expect(modern.updates).toContain('note://one');
      expect(legacy.updates).toContain('note://one');
    });
  });

  it('are no longer followed by who may not use the server any more', async () => {
    const router = await startRouter();
    const server = await startNotes(era);
    const publish = (createdBy: string, requiredRoles: string[]) =>
      router.publish('notes', { definition: MCP, urls: [server.url], route: { createdBy, requiredRoles } });
    await publish('alice', ['team']);
    const bob = { ...alice, subject: 'bob', name: 'bob', roles: ['ops'] };
    await publish('alice', ['team', 'ops']);
    const [kept, modern] = [
      await listening(router.url, ['note://one']),
      await listening(router.url, ['note://one'], bob),
    ];
    const legacy = await subscribing(router.url, ['note://one'], bob);
    server.update('note://one');
    for (const { updates } of [kept, modern, legacy]) await hears('an update', updates, ['note://one']);
    await publish('alice', ['team']);
    await becomesTrue('the end of the permission', async () =>
      expect((await modern.client.listResources(undefined, FRESH)).resources).toEqual([]),
    );
    server.update('note://one');
    await hears('an update', kept.updates, ['note://one', 'note://one']);
    for (const { updates } of [modern, legacy]) expect(updates).toEqual(['note://one']);
    await publish('alice', ['team', 'ops']);
    await becomesTrue('the permission', () => {
      server.update('note://one');
      expect(modern.updates.length).toBeGreaterThan(1);
      expect(legacy.updates.length).toBeGreaterThan(1);
    });
  });
});

it('a client follows a bounded number of resources', async () => {
  const router = await startRouter();
  const server = await startNotes('modern');
  await router.publish('notes', { definition: MCP, urls: [server.url] });
  const uris = Array.from({ length: 201 }, (_, i) => `note://any/${i}`);
  const { subscription } = await listening(router.url, uris);
  expect(subscription.honoredFilter.resourceSubscriptions).toEqual(uris.slice(0, 200));
});
