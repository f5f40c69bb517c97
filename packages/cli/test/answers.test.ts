import { describe, expect, it } from '@jest/globals';
import { callerOf, mcpGateway, type RunOptions } from './support/run.js';

type Answers = Record<string, { status?: number; body: unknown }>;

/** A gateway that answers requests such as `GET /adapters` as given, and MCP as `mcp` does. */
function gatewayOf(answers: Answers, mcp: Record<string, object> = {}): NonNullable<RunOptions['fetch']> {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const given = answers[`${request.method} ${pathname}`];
    if (given) return Response.json(given.body, { status: given.status ?? 200 });
    if (request.method !== 'POST' || !pathname.endsWith('/mcp')) return new Response('', { status: 405 });
    const { id, method } = (await request.json()) as { id?: number; method: string };
    if (id === undefined) return new Response(null, { status: 202 });
    const missing = { error: { code: -32601, message: 'Method not found' } };
    return Response.json({ jsonrpc: '2.0', id, ...(mcp[method] ?? missing) });
  };
}

const INITIALIZED = {
  result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'g', version: '1' } },
};
const problem = (code: string, status: number, detail?: string) => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, code, ...(detail && { detail }) },
});

describe('call', () => {
  const inputSchema = {
    type: 'object',
    properties: { unit: {}, path: { type: 'string' } },
    required: ['path'],
  };
  const tools = [{ name: 'list_directory', description: 'Lists '.repeat(60), inputSchema }];
  const waiting = 'Unknown tool: search_echo; its definition waits for approval: GET /tools/search/definition-changes';
  const mcp = (_meta?: object) => ({
    initialize: INITIALIZED,
    'tools/list': { result: { tools, ...(_meta && { _meta }) } },
    'tools/call': { error: { code: -32602, message: waiting } },
  });
  const incomplete = { 'mcp-gateway/missing': ['tool/gone'], 'mcp-gateway/held-back': ['tool/search'] };

  it('says what a list lacks', async () => {
    const { exit, out, err } = await mcpGateway(['call', '/mcp'], { fetch: gatewayOf({}, mcp(incomplete)) });
    expect([exit, out]).toEqual([0, expect.stringMatching(/^list_directory +path \[unit\] +Lists/m)]);
    expect(err).toBe(
      'The list lacks the tools of tool/gone; `mcp-gateway status tool/gone` says why.\n' +
        'Definitions of tool/search wait for approval and are not listed; `mcp-gateway definitions list search` shows them.\n',
    );
  });

  it('calls what an incomplete list does not have, and shows what the gateway says', async () => {
    const ran = await mcpGateway(['call', '/mcp', 'search_echo', 'text=x'], {
      fetch: gatewayOf({}, mcp(incomplete)),
    });
    expect(ran).toMatchObject({
      exit: 1,
      err:
        'error: /mcp answered with an error: Unknown tool: search_echo; its definition waits for approval: ' +
        '`mcp-gateway definitions list search`\n',
    });
  });

  it.each([
    ['list_dir', 4, 'files has no tool "list_dir"; did you mean "list_directory"?'],
    ['list_directory pth=/tmp', 2, 'list_directory has no argument "pth"; did you mean "path"?\nIt takes: path, unit.'],
  ])('says of %s what was meant', async (words, code, why) => {
    const ran = await mcpGateway(['call', 'files', ...words.split(' ')], { fetch: gatewayOf({}, mcp()) });
    expect([ran.exit, ran.err]).toEqual([code, expect.stringContaining(why)]);
  });

  it('takes the URL of an endpoint, at the gateway of the URL', async () => {
    const urls = new Set<string>();
    const answer = gatewayOf({}, mcp());
    const fetch: typeof answer = (input, init) => {
      urls.add((input as Request).url);
      return answer(input, init);
    };
    expect((await mcpGateway(['call', 'http://h:1/prefix/mcp', '-g', 'http://other'], { fetch })).exit).toBe(0);
    expect([...urls]).toEqual(['http://h:1/prefix/mcp']);
    expect(await mcpGateway(['call', 'http://h/elsewhere'], { fetch })).toMatchObject({ exit: 2 });
  });

  it('shows the sentence of an error and not its JSON', async () => {
    const error = { code: -32003, message: 'There is no such adapter: GET /adapters lists those that you may use' };
    const fetch = gatewayOf({
      'POST /adapters/fils/mcp': { status: 404, body: { jsonrpc: '2.0', id: null, error } },
    });
    expect(await mcpGateway(['call', 'fils'], { fetch })).toMatchObject({
      exit: 4,
      err: 'error: fils answered with an error: There is no such adapter: `mcp-gateway adapters list` lists those that you may use\n',
    });
  });

  it('fits a terminal, and is whole with -o wide', async () => {
    const fetch = gatewayOf({}, mcp());
    const narrow = await mcpGateway(['call', 'files'], {
      fetch,
      isTTY: true,
      columns: 60,
      variables: { NO_COLOR: '1' },
    });
    const lines = narrow.out.trimEnd().split('\n');
    expect(lines.map(({ length }) => length <= 60)).toEqual([true, true]);
    expect(lines[1]).toMatch(/^list_directory {2}path \[unit\] {2}Lists.*…$/);
    const wide = await mcpGateway(['call', 'files', '-o', 'wide'], { fetch, isTTY: true, columns: 60 });
    expect(wide.out).not.toContain('…');
  });
});

it('status shows a condition that is false of what is ready, and no replicas of a server elsewhere', async () => {
  const condition = (type: string, status: string, message: string) => ({ type, status, reason: 'R', message });
  const conditions = [condition('Ready', 'True', 'fine'), condition('Progressing', 'False', 'done')];
  const waits = condition('Approved', 'False', '5 definitions wait for approval.');
  const remote = { name: 'far', phase: 'Ready', readyReplicas: 0, desiredReplicas: 0, conditions };
  const fetch = gatewayOf({
    'GET /adapters': { body: [{ name: 'far' }] },
    'GET /tools': { body: [{ name: 'search' }] },
    'GET /toolsets': { body: [] },
    'GET /adapters/far/status': { body: remote },
    'GET /tools/search/status': { body: { ...remote, name: 'search', conditions: [...conditions, waits] } },
  });
  expect((await mcpGateway(['status', '--no-headers'], { fetch })).out).toBe(
    'adapter/far  Ready  -  -\ntool/search  Ready  -  5 definitions wait for approval.\n',
  );
});

it('definitions approve says that a definition does not exist', async () => {
  const fetch = gatewayOf({
    'POST /tools/search/definition-changes/approve': problem('EDIT_CONFLICT', 412, 'tool "ecko" has changed'),
    'GET /tools/search/definition-changes': { body: { changes: [{ kind: 'tool', name: 'echo', hash: 'ab' }] } },
  });
  const approve = (name: string) => mcpGateway(['definitions', 'approve', 'search', `tool/${name}=ab`], { fetch });
  expect(await approve('ecko')).toMatchObject({
    exit: 4,
    err: expect.stringContaining('has no definition tool/ecko that waits for approval; did you mean tool/echo?'),
  });
  expect(await approve('echo')).toMatchObject({ exit: 5, err: expect.stringContaining('has changed') });
});

it('doctor compares no versions with what is no gateway', async () => {
  const fetch = gatewayOf({ 'GET /openapi.json': { body: { info: { version: '1.0.0' } } } });
  const { exit, out } = await mcpGateway(['doctor'], { fetch });
  expect([exit, out]).toEqual([1, expect.stringMatching(/^failed +reachability: .*405/)]);
  expect(out).not.toContain('install');
  const byUrl = await mcpGateway(['doctor', '--call', 'http://h:1/mcp'], { fetch });
  expect(byUrl.out).toContain('http://h:1/livez answered 405');
});

it.each([
  ['ADAPTER_NOT_FOUND', 404, 'The gateway has no adapter "ehco" that you may use; `mcp-gateway adapters list`'],
  ['UNAVAILABLE', 500, ''],
])('clients print warns of a server that does not exist: %s', async (code, status, warning) => {
  const fetch = gatewayOf({ 'GET /adapters/ehco': problem(code, status) });
  const { exit, out, err } = await mcpGateway(['clients', 'print', 'codex', 'ehco'], { fetch });
  expect([exit, out]).toEqual([0, expect.stringContaining('[mcp_servers.ehco]')]);
  expect(err).toMatch(warning ? new RegExp(`^${warning.slice(0, 30)}`) : /^$/);
});

it('errors name commands in place of requests', async () => {
  const detail = 'none has this name; GET /adapters lists those that you may use';
  const fetch = gatewayOf({ 'GET /adapters/x': problem('ADAPTER_NOT_FOUND', 404, detail) });
  expect((await callerOf('http://h')('adapters get x', { fetch })).err).toBe(
    'error: Refused: none has this name; `mcp-gateway adapters list` lists those that you may use\n',
  );
});

it('apply says that a file does not exist', async () => {
  expect(await mcpGateway(['apply', '-f', '/nowhere.yaml'])).toMatchObject({
    exit: 2,
    err: 'error: There is no file /nowhere.yaml.\n',
  });
});
