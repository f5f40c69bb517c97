import { beforeEach, describe, expect, it } from '@jest/globals';
import { CreateMessageRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { callText, connect, type Session } from '../support/clients.js';
import { send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startSdkServer, type SdkServer } from './support/sdk-server.js';
import { routeTo } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';

describe('a client of the SDK whose requests alternate between two data planes', () => {
  let server: SdkServer;
  let gateway: Gateway;
  let session: Session;
  const logged: unknown[] = [];

  beforeEach(async () => {
    server = await startSdkServer();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    const second = await gateway.join();
    let turn = 0;
    const inTurn: typeof fetch = (url, init) => {
      const { pathname, search } = new URL(url instanceof Request ? url.url : url);
      return fetch([gateway, second][turn++ % 2]?.url + pathname + search, init);
    };
    logged.length = 0;
    session = await connect(gateway.url + PATH, {
      headers: { 'x-dev-userid': 'alice' },
      fetch: inTurn,
      capabilities: { sampling: {} },
      prepare(client) {
        client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => ({
          model: 'test',
          role: 'assistant',
          content: { type: 'text', text: `asked: ${JSON.stringify(params.messages)}` },
        }));
        client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
      },
    });
  });

  it('has one session, in which the server keeps its state', async () => {
    for (const expected of ['1', '2', '3', '4']) expect(await callText(session, 'count')).toBe(expected);
    expect(server.sessions.size).toBe(1);
    expect(session.transport.sessionId).not.toBe([...server.sessions.keys()][0]);
  });

  it('receives progress', async () => {
    const progress: number[] = [];
    const onprogress = ({ progress: at }: { progress: number }) => void progress.push(at);
    await session.client.callTool({ name: 'progress' }, undefined, { onprogress });
    expect(progress).toEqual([1, 2, 3]);
  });

  it('answers requests of the server', async () => {
    expect(await callText(session, 'ask')).toContain('What is it?');
  });

  it("receives the server's own messages", async () => {
    await waitFor('the stream of the server', () => server.seen.some(({ method }) => method === 'GET'));
    const [mcp] = server.sessions.values();
    await waitFor('a notification to arrive', async () => {
      await mcp?.sendLoggingMessage({ level: 'info', data: 'news' });
      return logged.length > 0;
    });
    expect(logged[0]).toBe('news');
  });

  it('resumes a stream that has been closed', async () => {
    const answer = callText(session, 'interrupted');
    (await waitFor('the call', () => server.closeStreams[0]))();
    expect(await answer).toBe('after all');
    const resumed = server.seen.filter(({ header }) => header('last-event-id').length > 0);
    expect(resumed.length).toBeGreaterThan(0);
  });

  it('ends its session on both', async () => {
    const id = session.transport.sessionId ?? '';
    await session.transport.terminateSession();
    expect(server.sessions.size).toBe(0);
    const headers = { 'mcp-session-id': id, accept: 'text/event-stream' };
    expect((await send(gateway.url + PATH, { method: 'GET', headers })).status).toBe(404);
  });
});
