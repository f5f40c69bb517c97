import { beforeEach, describe, expect, it } from '@jest/globals';
import { open, send, type Answer } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { answerOf, begin, message, rpc } from './support/rpc.js';
import { NO_SUCH_ADAPTER } from './support/rpc-error.js';
import { routeTo } from './support/upstream.js';

const MAY_HAVE_RUN = {
  code: -32006,
  message: 'The MCP server went away; the call may or may not have run',
  data: { code: 'UPSTREAM_GONE', requestId: expect.any(String) },
};

describe.each([
  { answers: 'JSON', events: false },
  { answers: 'an event stream that has begun', events: true },
])('a request under way on a replica that dies, which answers with $answers', ({ events }) => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    [first, second] = [await startReplica({ events }), await startReplica({ events })];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  });

  async function whileItDies(method: string, params: object = {}) {
    const held = first.hold(method);
    const answer = rpc(gateway.url, session, method, params);
    await held;
    await first.kill();
    return answer;
  }
  const seen = ({ received }: Replica, method: string) => received.filter((each) => each.method === method).length;

  it.each([
    ['tools/list', {}],
    ['prompts/list', {}],
    ['resources/read', { uri: 'file:///a' }],
    ['resources/templates/list', {}],
    ['completion/complete', {}],
    ['prompts/get', { name: 'a' }],
    ['ping', {}],
    ['logging/setLevel', { level: 'info' }],
  ])('is answered by another replica when it only reads: %s', async (method, params) => {
    const { status, json } = await whileItDies(method, params);
    expect({ status, error: json.error }).toEqual({ status: 200, error: undefined });
    expect(json.result).toBeDefined();
    expect(seen(second, method)).toBeGreaterThan(0);
  });

  it.each(['look', 'put'])(
    'is answered by another replica when it calls a tool that may run twice: %s',
    async (name) => {
      const { status, json } = await whileItDies('tools/call', { name });
      expect({ status, text: json.result?.content[0].text }).toEqual({ status: 200, text: second.endpoint.id });
    },
  );

  it.each(['pay', 'who', 'nobody knows'])('is not sent again when it calls another tool: %s', async (name) => {
    const { status, json } = await whileItDies('tools/call', { name });
    expect(status).toBe(events ? 200 : 502);
    expect(json.error).toEqual(MAY_HAVE_RUN);
    expect(seen(second, 'tools/call')).toBe(0);
  });

  it('is not sent again when its effect is unknown', async () => {
    const { status, json } = await whileItDies('vendor/doSomething');
    expect(status).toBe(events ? 200 : 502);
    expect(json.error).toEqual(MAY_HAVE_RUN);
    expect(seen(second, 'vendor/doSomething')).toBe(0);
  });

  it.each(['"the id"', '9007199254740993'])('is answered with an error that has its id: %s', async (id) => {
    const held = first.hold('tools/call');
    const headers = { 'Mcp-Session-Id': session };
    const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"pay"}}`;
    const answer = send(`${gateway.url}/adapters/echo/mcp`, { headers, body });
    await held;
    await first.kill();
    const error = JSON.stringify({ ...MAY_HAVE_RUN, data: { code: MAY_HAVE_RUN.data.code } });
    const text = (await answer).text.replace(/,"requestId":"[\da-f-]{36}"/, '');
    expect(text).toContain(`{"jsonrpc":"2.0","id":${id},"error":${error}}`);
  });

  it('may be one of many, each of which is answered', async () => {
    const held = [first.hold('tools/call'), first.hold('tools/list')];
    const calls = ['pay', 'look', 'pay', 'put'].map((name) => rpc(gateway.url, session, 'tools/call', { name }));
    const lists = [rpc(gateway.url, session, 'tools/list')];
    await Promise.all(held);
    await first.kill();
    const answers = await Promise.all([...calls, ...lists]);
    expect(answers.map(({ json }) => Boolean(json.result))).toEqual([false, true, false, true, true]);
    expect(second.sessions.size).toBe(1);
  });
});

describe('an event stream that breaks off', () => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    [first, second] = [await startReplica({ events: true }), await startReplica({ events: true })];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  });

  /** The client's answer when the server has written this much of it. */
  async function after(written: string, before = async () => {}): Promise<Answer> {
    const held = first.hold('tools/list');
    const headers = { 'Mcp-Session-Id': session };
    const answer = send(`${gateway.url}/adapters/echo/mcp`, { headers, body: message('tools/list', {}, 5) });
    const res = await held;
    await before();
    await new Promise((resolve) => res.write(written, resolve));
    await first.kill();
    return answer;
  }
  const NOTICE = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n';
  const RESULT = 'event: message\nid: 7\ndata: {"jsonrpc":"2.0","id":5,"result":{"from":"the first"}}\n\n';

  it('continues with the events of the next replica', async () => {
    const { text } = await after(NOTICE);
    expect(text.startsWith(NOTICE)).toBe(true);
    expect(text.slice(NOTICE.length)).toMatch(/^event: message\ndata: .*"name":"replica-\d+".*\n\n$/);
  });

  it('ends normally when it contained the answer', async () => {
    expect((await after(NOTICE + RESULT)).text).toBe(NOTICE + RESULT);
    expect(second.received).toEqual([]);
  });

  it.each([
    ['before the text', `{"jsonrpc":"2.0","id":5,"result":{"text":"${'x'.repeat(400_000)}"}}`],
    ['after the text', `{"result":{"text":"${'x'.repeat(400_000)}"},"jsonrpc":"2.0","id":5}`],
  ])('ends normally when it contained a long answer, with its id %s', async (_where, answer) => {
    const long = `event: message\ndata: ${answer}\n\n${NOTICE.repeat(1_000)}`;
    const { text } = await after(long);
    expect([text.length, text.slice(-1_000)]).toEqual([long.length, long.slice(-1_000)]);
    expect(second.received).toEqual([]);
  });

  it.each([
    'data: {"jsonrpc":"2.0","id":5,"res',
    'event: message\ndata: {"jsonrpc":"2.0","id":5,"result":{}}\n',
    'event: mess',
    ': comment',
  ])('does not let the client take half an event for a whole one: %j', async (half) => {
    const { text } = await after(NOTICE + half);
    const events = text.split('\n\n').filter(Boolean);
    const types = events.map((event) => [...event.matchAll(/^event: (.*)$/gm)].at(-1)?.[1]);
    expect(types).toEqual(['message', 'incomplete', 'message']);
    expect(events.at(-1)).toMatch(/"name":"replica-\d+"/);
  });

  it('continues when the next replica answers with JSON', async () => {
    const other = await startReplica();
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false }, other.endpoint]));
    const { text, json } = answerOf(await after(NOTICE));
    expect(json).toMatchObject({ id: 5, result: { name: other.endpoint.id } });
    expect(text.split('\n\n')).toHaveLength(3);
  });

  it('ends with an error in the stream when the adapter has been removed', async () => {
    const { json } = answerOf(await after(NOTICE, () => gateway.publish()));
    expect(json).toEqual({ jsonrpc: '2.0', id: 5, error: NO_SUCH_ADAPTER });
  });
});

describe('a request whose body is too long to buffer', () => {
  it('gets an error that says that it did not run, and the next request works', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    await first.kill();

    const long = await rpc(gateway.url, session, 'tools/list', { padding: 'x'.repeat(100_000) });
    expect(long.status).toBe(502);
    expect(long.json.error.message).toBe(
      'The MCP server could not be reached; the call did not run: the session continues; send it again',
    );
    expect((await rpc(gateway.url, session, 'tools/list')).json.result.name).toBe(second.endpoint.id);
    const body = message('tools/list', { padding: 'x'.repeat(100_000) });
    expect(
      (await open(`${gateway.url}/adapters/echo/mcp`, { headers: { 'Mcp-Session-Id': session }, body })).statusCode,
    ).toBe(200);
  });
});
