import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { specOf, startControlPlane } from '../../../test/control-plane/support/control-plane.js';
import { caller } from '../../../test/control-plane/support/callers.js';
import { repository } from '../../../test/support/launch.js';
import { temporaryFolder } from '../../../test/support/postgres.js';
import { addressOf } from '../src/serve/command.js';

let url: string;
const open: Client[] = [];
// A control plane ends with its test.
beforeEach(async () => {
  ({ url } = await startControlPlane());
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

interface Options {
  era?: 'legacy' | 'auto';
  /** What the person answers; without it, the client cannot ask. */
  answer?: { action: 'accept' | 'decline'; content?: { confirm: boolean } };
  env?: Record<string, string>;
  flags?: string[];
}

/** A client that starts `mcp-gateway serve`, as `claude mcp add … -- mcp-gateway serve` does. */
async function serve({ era = 'auto', answer, env = {}, flags = ['--gateway', url] }: Options = {}) {
  const asked: string[] = [];
  const capabilities = answer ? { elicitation: {} } : {};
  const client = new Client({ name: 'test', version: '1' }, { capabilities, versionNegotiation: { mode: era } });
  if (answer) {
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return answer;
    });
  }
  open.push(client);
  const home = await temporaryFolder();
  const args = [repository('packages/cli/dist/main.js'), ...flags, '--as', 'alice', '--roles', 'mcp.admin', 'serve'];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, env: { HOME: home, ...env }, stderr: 'ignore' }),
  );
  const call = async (name: string, args2 = {}) => {
    const result = await client.callTool({ name, arguments: args2 });
    const text = (result.content[0] as { text: string }).text;
    return { text, isError: result.isError ?? false };
  };
  const parsed = async (name: string, args2 = {}) => JSON.parse((await call(name, args2)).text) as never;
  return { client, call, parsed, asked };
}

const api = () => caller(url, 'alice', 'mcp.admin');
const AGREE = { action: 'accept', content: { confirm: true } } as const;

describe.each(['legacy', 'auto'] as const)('mcp-gateway serve, to a client that is %s', (era) => {
  const name = `backend-${era}`;

  it('lists its tools with what they may do', async () => {
    const { client } = await serve({ era });
    expect(client.getProtocolEra()).toBe(era === 'auto' ? 'modern' : 'legacy');
    const { tools } = await client.listTools();
    const may = (wanted: boolean) =>
      new Set(
        tools.filter(({ annotations }) => Boolean(annotations?.readOnlyHint) === wanted).map((each) => each.name),
      );
    expect(may(true)).toEqual(new Set(['list_backends', 'backend_status', 'backend_logs', 'list_sessions', 'explain']));
    expect(may(false)).toEqual(new Set(['register_backend', 'delete_backend', 'end_session', 'tenant_quota']));
    expect(tools.filter(({ annotations }) => annotations?.destructiveHint)).toHaveLength(4);
  });

  it('registers a backend, lists it without its variables, and asks before it replaces or deletes it', async () => {
    const { call, parsed, asked } = await serve({ era, answer: AGREE });
    const backend = { name, image: 'mcp-example:1.0.0', env: { MODE: 'x' } };
    expect(await parsed('register_backend', backend)).toMatchObject({ name, image: 'mcp-example:1.0.0' });
    expect(asked).toEqual([]);
    expect((await api().get(`/adapters/${name}`)).json).toMatchObject({ environmentVariables: { MODE: 'x' } });
    const listed = await call('list_backends');
    expect(JSON.parse(listed.text)).toEqual([expect.objectContaining({ name, phase: 'Pending' })]);
    expect(listed.text).not.toContain('MODE');
    expect(await parsed('backend_status', { name })).toMatchObject({ name, phase: 'Pending' });
    expect(await parsed('explain', { resource: `adapter/${name}` })).toMatchObject({ allowed: true });

    await parsed('register_backend', { name, image: 'mcp-example:2.0.0' });
    expect((await api().get(`/adapters/${name}`)).json).toMatchObject({ imageVersion: '2.0.0' });
    expect(await parsed('delete_backend', { name })).toEqual({ name, deleted: true });
    expect(asked).toEqual([
      expect.stringContaining(`Replace the adapter ${name}?`),
      expect.stringContaining(`Delete the adapter ${name}`),
    ]);
    expect((await api().get(`/adapters/${name}`)).status).toBe(404);
  });

  it.each([
    ['declines', { action: 'decline' }, 'Not done: the user did not agree.'],
    [
      'accepts the form but not the deed',
      { action: 'accept', content: { confirm: false } },
      'Not done: the user did not agree.',
    ],
    [
      'cannot be asked',
      undefined,
      'Not done: this client cannot ask the user. The user can run: mcp-gateway adapters delete',
    ],
  ] as const)('destroys nothing when the user %s', async (_what, answer, why) => {
    await api().post(specOf('stays'));
    const { call } = await serve({ era, ...(answer && { answer }) });
    expect((await call('delete_backend', { name: 'stays' })).text).toContain(why);
    expect((await api().get('/adapters/stays')).status).toBe(200);
  });

  it('answers a model with what the gateway says is wrong', async () => {
    const { call } = await serve({ era });
    const wrong = await call('register_backend', { name: 'Wrong_Name', image: 'mcp-example:1' });
    expect(wrong).toEqual({ isError: true, text: expect.stringContaining('/name must be lower-case letters') });
    expect(await call('register_backend', { name: 'x' })).toEqual({
      isError: true,
      text: 'Give an image or a url, and not both.',
    });
    expect((await call('backend_status', { name: 'nobody' })).isError).toBe(true);
  });

  it('sets a quota once the user has agreed, and shows it', async () => {
    await api().call('POST', '/tenants', { id: 'team', members: { roles: ['team'] } });
    const { parsed, asked } = await serve({ era, answer: AGREE });
    await parsed('tenant_quota', { tenant_id: 'team', limits: { adapters: 3 } });
    expect(asked).toEqual(['Replace the quota of the tenant team by {"adapters":3}?']);
    expect(await parsed('tenant_quota', { tenant_id: 'team' })).toMatchObject({ limits: { adapters: 3 } });
  });

  it('has the resources of the gateway as documents', async () => {
    await api().post(specOf('shown', { description: 'A document' }));
    const { client } = await serve({ era });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['gateway:///adapters/shown']);
    const { contents } = await client.readResource({ uri: 'gateway:///adapters/shown' });
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
      name: 'shown',
      description: 'A document',
    });
  });
});

it('finds the gateway by PORT and MCP_GATEWAY_HOST', async () => {
  const { port, hostname } = new URL(url);
  const { parsed } = await serve({
    env: { PORT: port, MCP_GATEWAY_HOST: hostname, MCP_GATEWAY_LOG_LEVEL: 'silent' },
    flags: [],
  });
  expect(await parsed('list_backends')).toEqual([]);
});

it.each([
  [{}, undefined],
  [{ PORT: '9000' }, 'http://127.0.0.1:9000'],
  [{ MCP_GATEWAY_HOST: '0.0.0.0' }, 'http://127.0.0.1:8000'],
  [{ MCP_GATEWAY_HOST: '::1', PORT: '1' }, 'http://[::1]:1'],
])('takes the address of %j', (variables, address) => {
  expect(addressOf(variables)).toBe(address);
});
