import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callInSession } from '../../support/clients.js';
import { connectToEverything, type EverythingSession } from '../../support/everything.js';
import { replicaProcesses } from '../../support/replicas.js';
import { waitFor } from '../../support/wait.js';
import { gateway } from './gateway.js';

let url: string;
let through: EverythingSession;
let direct: EverythingSession;

/** Checks that the client gets the same through the gateway as directly, and returns it. */
async function same<T>(use: (session: EverythingSession) => Promise<T>): Promise<T> {
  const [viaGateway, fromServer] = await Promise.all([use(through), use(direct)]);
  expect(comparable(viaGateway)).toEqual(comparable(fromServer));
  return viaGateway;
}

/** Removes the time of day and the session ids that the server puts into its texts. */
const comparable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, 'now')
      .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'id'),
  );

const call =
  (name: string, args = {}) =>
  ({ client }: EverythingSession) =>
    client.callTool({ name, arguments: args });

describe('the reference server, through the gateway and directly', () => {
  let directUrl: string;
  beforeAll(async () => {
    await gateway.api.create({ name: 'everything', imageName: 'mcp/everything', imageVersion: '2026.8.31' });
    await gateway.api.ready('everything');
    url = gateway.api.mcp('everything');
    const [replica] = replicaProcesses(gateway, 'everything');
    directUrl = `http://127.0.0.1:${replica?.environment['PORT']}/mcp`;
  }, 60_000);
  beforeEach(async () => {
    [through, direct] = await Promise.all([connectToEverything(url), connectToEverything(directUrl)]);
  });

  it('reports its name and capabilities', async () => {
    const introduction = await same(async ({ client }) => ({
      server: client.getServerVersion(),
      capabilities: client.getServerCapabilities(),
      instructions: client.getInstructions(),
    }));
    expect(introduction).toMatchObject({ server: { name: 'mcp-servers/everything' }, capabilities: { logging: {} } });
  });

  it('is checked by TCP, because it has no health endpoint, and the status reports so', async () => {
    const { conditions } = await gateway.api.status('everything');
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'HealthCheck', reason: 'TcpOnly' }));
  });

  it('lists and runs tools', async () => {
    const { tools } = await same(({ client }) => client.listTools());
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['echo', 'trigger-sampling-request']));
    expect(await same(call('echo', { message: 'grüße 🌍' }))).toMatchObject({ content: [{ text: 'Echo: grüße 🌍' }] });
    expect(await same(call('get-sum', { a: 2, b: 3 }))).toMatchObject({
      content: [{ text: expect.stringContaining('5') }],
    });
    expect(await same(call('get-structured-content', { location: 'New York' }))).toHaveProperty(
      'structuredContent.temperature',
    );
    expect(await same(call('get-tiny-image'))).toMatchObject({
      content: expect.arrayContaining([expect.objectContaining({ type: 'image' })]),
    });
    expect(await same(call('get-sum', { a: 'two' }))).toMatchObject({ isError: true });
    expect(await same(call('no-such-tool'))).toMatchObject({ isError: true });
  });

  it('lists and fills in prompts', async () => {
    const { prompts } = await same(({ client }) => client.listPrompts());
    expect(prompts.map(({ name }) => name)).toContain('args-prompt');
    const filled = await same(({ client }) => client.getPrompt({ name: 'args-prompt', arguments: { city: 'Oslo' } }));
    expect(JSON.stringify(filled)).toContain('Oslo');
    const embedded = { name: 'resource-prompt', arguments: { resourceType: 'Text', resourceId: '3' } };
    expect(JSON.stringify(await same(({ client }) => client.getPrompt(embedded)))).toContain(
      'demo://resource/dynamic/text/3',
    );
    await expect(through.client.getPrompt({ name: 'no-such-prompt' })).rejects.toMatchObject({ code: -32602 });
  });

  it('lists and reads resources, and those of a template', async () => {
    const { resources } = await same(({ client }) => client.listResources());
    const { resourceTemplates } = await same(({ client }) => client.listResourceTemplates());
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      'demo://resource/dynamic/text/{resourceId}',
    );
    const uris = [resources[0]?.uri as string, 'demo://resource/dynamic/text/12'];
    for (const uri of uris) {
      const { contents } = await same(({ client }) => client.readResource({ uri }));
      expect(contents).toMatchObject([{ uri, text: expect.stringMatching(/\w/) }]);
    }
    const blob = await through.client.readResource({ uri: 'demo://resource/dynamic/blob/12' });
    expect(blob.contents).toMatchObject([{ blob: expect.stringMatching(/^[\w+/=]+$/) }]);
  });

  it('completes arguments of prompts and of resource templates', async () => {
    const department = {
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'department', value: 'S' },
    } as const;
    expect(await same(({ client }) => client.complete(department))).toMatchObject({
      completion: { values: ['Sales', 'Support'] },
    });
    const id = {
      ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
      argument: { name: 'resourceId', value: '4' },
    } as const;
    expect(await same(({ client }) => client.complete(id))).toMatchObject({ completion: { values: ['4'] } });
  });

  it('reports progress while a tool runs', async () => {
    const steps = await same(async ({ client }) => {
      const progress: unknown[] = [];
      const operation = { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } };
      await client.callTool(operation, undefined, { onprogress: (update) => progress.push(update) });
      return progress;
    });
    expect(steps).toEqual([1, 2, 3, 4].map((progress) => ({ progress, total: 4 })));
  });

  it('requests sampling, elicitation and roots of the client', async () => {
    const sampled = await same(call('trigger-sampling-request', { prompt: 'tell me', maxTokens: 5 }));
    expect(JSON.stringify(sampled)).toMatch(/sampled: .*tell me/);
    const elicited = await same(call('trigger-elicitation-request'));
    expect(JSON.stringify(elicited)).toContain('- Name: one of 13 fields');
    // The server sends its requests on its own stream, not on that of the call.
    expect(JSON.stringify(await same(call('get-roots-list')))).toContain('file:///projects/gateway');
  });

  it('sends log messages and notifications on its own stream', async () => {
    const uri = 'demo://resource/dynamic/text/1';
    const notifications = await same(async (session) => {
      const { client } = session;
      await client.setLoggingLevel('info');
      await client.subscribeResource({ uri });
      await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
      await waitFor('the notifications', () => session.notifications.length >= 2);
      await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
      return session.notifications.filter((each) => !JSON.stringify(each).includes('Roots updated'));
    });
    expect(notifications).toMatchObject([{ level: 'info', data: expect.stringContaining(uri) }, { uri }]);
  });

  it('resends the messages that a client missed while its stream was broken', async () => {
    const resource = (id: number) => ({ uri: `demo://resource/dynamic/text/${id}` });
    const logged = ({ notifications }: EverythingSession) =>
      notifications.map((each) => JSON.stringify(each)).filter((text) => text.includes('Subscribe Resource'));
    const all = await same(async (session) => {
      await session.client.setLoggingLevel('info');
      await session.client.subscribeResource(resource(1)); // the server logs it, with the event id from which the client resumes
      await waitFor('the first message', () => logged(session).length === 1);

      const comeBack = session.breakStream();
      await session.client.subscribeResource(resource(2));
      comeBack();

      await waitFor('the second message', () => logged(session).length > 1);
      return logged(session);
    });
    expect(all).toEqual([1, 2].map((id) => expect.stringContaining(resource(id).uri)));
  });

  it('ends a session when the client ends it', async () => {
    const id = through.transport.sessionId as string;
    await through.transport.terminateSession();
    expect(await callInSession(url, id, 'echo', { message: 'still there?' })).toMatchObject({ status: 404, text: '' });
  });
});
