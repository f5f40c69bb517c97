import { describe, expect, it } from '@jest/globals';
import { invalidRequest } from '../errors/index.js';
import { matchesName } from './tool-source.js';
import { ToolRequest } from './tool.js';

const TOOL = { name: 'weather', inputSchema: { type: 'object' } };
const spec = (changes: object = {}, definition: object = {}, tool: object = {}) => ({
  name: 'weather',
  imageName: 'weather-tool',
  imageVersion: '1.0.0',
  toolDefinition: { tool: { ...TOOL, ...tool }, ...definition },
  ...changes,
});
const nested = (depth: number): unknown => (depth === 0 ? {} : { a: nested(depth - 1) });

/** The first fault as the API reports it; undefined for a valid body. */
function faultOf(body: object): string | undefined {
  const { error } = ToolRequest.safeParse(body);
  return error && invalidRequest(error).detail;
}

describe('a tool', () => {
  it('has the defaults of an adapter, and those of its definition', () => {
    expect(ToolRequest.parse(spec()).spec).toMatchObject({
      replicaCount: 1,
      requiredRoles: [],
      healthCheck: { path: '/healthz' },
      toolDefinition: { tool: TOOL, port: 8000, path: '/score', method: 'POST' },
    });
  });

  it('is accepted with names of fields in any case, and keeps the names in its schemas', () => {
    const properties = { Location: { type: 'string' }, __proto: { type: 'string' } };
    const { spec: parsed } = ToolRequest.parse({
      Name: 'weather',
      ImageName: 'weather-tool',
      IMAGEVERSION: '1.0.0',
      ToolDefinition: { Tool: { Name: 'weather', InputSchema: { type: 'object', properties } }, Port: 443 },
    });
    expect(parsed.toolDefinition).toMatchObject({ port: 443, tool: { inputSchema: { properties } } });
  });

  it('may be an MCP server, which describes its tools itself', () => {
    const source = { type: 'mcp' };
    const server = spec({ source, toolDefinition: undefined, healthCheck: { type: 'mcp' } });
    expect(ToolRequest.parse(server).spec).toMatchObject({ source: { type: 'mcp', port: 8000, path: '/mcp' } });
    expect(ToolRequest.parse(spec()).spec.source).toEqual({ type: 'http' });
    expect(faultOf(spec({ source: { type: 'http' } }))).toBeUndefined();
    expect(faultOf(spec({ source }))).toBe(
      '#/toolDefinition must be absent: with the source "mcp", the server describes its tools',
    );
    expect(faultOf(spec({ source: { type: 'mcp', path: '//other' }, toolDefinition: undefined }))).toBe(
      '#/source/path must not contain "//"',
    );
  });

  it.each(['grpc', 7, undefined])('has no source %s', (type) => {
    expect(faultOf(spec({ source: { type } }))).toBe('#/source/type must be "http", "mcp", "adapter" or "openapi"');
  });

  it('may be a selection of what an adapter has, without a server and without replicas', () => {
    const source = { type: 'adapter', adapter: 'crm', tools: ['get_*'], prompts: [], prefix: '' };
    expect(ToolRequest.parse({ name: 'crm-reader', source }).spec).toMatchObject({ source, replicaCount: 0 });
    const read = ToolRequest.parse({ name: 'crm-reader', source, replicaCount: 0 });
    expect(read.spec.imageName).toBeUndefined();
    for (const [field, value] of Object.entries({
      imageName: 'crm',
      environmentVariables: { A: '1' },
      upstreamAuth: { credential: 'crm' },
    })) {
      expect(faultOf({ name: 'crm-reader', source, [field]: value })).toBe(
        `#/${field} must be absent: the adapter has the server`,
      );
    }
    expect(faultOf({ name: 'crm-reader', source: { ...source, adapter: 'a/../b' } })).toContain('#/source/adapter');
  });

  it('may be an HTTP API with its document', () => {
    const source = { type: 'openapi', document: { openapi: '3.1.1' }, operations: ['getPet', 'GET /pets/*'] };
    const api = spec({ source, toolDefinition: undefined });
    expect(ToolRequest.parse(api).spec.source).toEqual({ ...source, port: 8000 });
    expect(faultOf({ ...api, imageName: undefined })).toBe('#/imageName is required');
    expect(faultOf({ ...api, source: { ...source, operations: [] } })).toContain('#/source/operations');
    expect(faultOf({ ...api, source: { ...source, document: nested(70) } })).toBe(
      '#/source/document must not be nested that deeply',
    );
    expect(faultOf({ ...api, source: { ...source, path: '/../admin' } })).toContain('#/source/path');
    expect(faultOf({ ...api, source: { ...source, prefix: 'my tools' } })).toContain('#/source/prefix');
  });

  it('names a credential and no more of what an adapter may have in upstreamAuth', () => {
    expect(faultOf(spec({ upstreamAuth: { credential: 'crm' } }))).toBeUndefined();
    expect(faultOf(spec({ upstreamAuth: { credential: 'crm', identityToken: true } }))).toBe(
      '#/upstreamAuth/identityToken is not a known field',
    );
  });

  it.each<[fits: boolean, pattern: string, name: string]>([
    [true, 'get_user', 'get_user'],
    [false, 'get_user', 'get_users'],
    [true, '*', ''],
    [true, 'get_*', 'get_'],
    [true, '*_user', 'get_user'],
    [false, '*_user', 'user'],
    [true, 'a*b*c', 'a-b-b-c'],
    [false, 'a*b*c', 'a-c-b'],
    [false, 'aa*aa', 'aaa'],
    [false, 'GET_*', 'get_user'],
    [false, `${'a*'.repeat(500)}b`, 'a'.repeat(1000)],
    [true, 'GET /pets/{*}', 'GET /pets/{petId}'],
  ])('%s: %s selects %s', (fits, pattern, name) => expect(matchesName(pattern, name)).toBe(fits));

  it('keeps what the specification does not name', () => {
    const more = { type: 'http', annotations: { readOnly: true }, _meta: { 'example.com/a': 1 } };
    expect(ToolRequest.parse(spec({}, {}, more)).spec.toolDefinition?.tool).toMatchObject(more);
  });

  it.each<[fault: string, body: object]>([
    ['#/toolDefinition is required', spec({ toolDefinition: undefined })],
    ['#/toolDefinition/tool/name must be the name of the resource', spec({ name: 'other' })],
    ['#/toolDefinition/tool/inputSchema is required', spec({}, { tool: { name: 'weather' } })],
    [
      '#/toolDefinition/tool/inputSchema must be a JSON Schema with "type": "object"',
      spec({}, {}, { inputSchema: { type: 'string' } }),
    ],
    [
      '#/toolDefinition/tool/annotations/readOnlyHint must be true or false',
      spec({}, {}, { annotations: { readOnlyHint: 1 } }),
    ],
    [
      '#/toolDefinition/tool/execution/taskSupport must not be "required": this tool runs without tasks',
      spec({}, {}, { execution: { taskSupport: 'required' } }),
    ],
    [
      '#/toolDefinition/tool/icons/0/src must be an http or https URL or a data URL of an image',
      spec({}, {}, { icons: [{ src: 'javascript:alert(1)' }] }),
    ],
    ['#/toolDefinition/tool must not be nested that deeply', spec({}, {}, { _meta: nested(40) })],
    ['#/toolDefinition/tool must be at most 65536 characters', spec({}, {}, { x: 'x'.repeat(65_536) })],
    [
      '#/toolDefinition/tool must be well-formed Unicode without NUL characters',
      spec({}, {}, { inputSchema: { type: 'object', properties: { 'a\0': {} } } }),
    ],
    ['#/toolDefinition/url is not a known field', spec({}, { url: 'http://169.254.169.254' })],
    ['#/toolDefinition/method must be one of POST, PUT, PATCH', spec({}, { method: 'GET' })],
    ['#/toolDefinition/port must be at most 65535', spec({}, { port: 65_536 })],
    [
      '#/healthCheck/type must be "http" or "tcp": the server of a tool with the source "http" does not speak MCP',
      spec({ healthCheck: { type: 'mcp' } }),
    ],
    ['#/sessions is not a known field', spec({ sessions: {} })],
  ])('is refused: %s', (fault, body) => {
    expect(faultOf(body)).toBe(fault);
  });

  it.each<[name: string, fault: string]>([
    ['w'.repeat(56), 'must be at most 55 characters'],
    ['3d', 'must begin with a letter'],
    ['tool-x', 'must not begin with "adapter-", "tool-", "toolset-" or "agent-"'],
    ['adapter-x', 'must not begin with "adapter-", "tool-", "toolset-" or "agent-"'],
    ['Weather', 'must be lower-case letters, digits and inner hyphens'],
  ])('may not be called %s', (name, fault) => {
    expect(faultOf(spec({ name }, {}, { name }))).toBe(`#/name ${fault}`);
  });

  it.each(['/', '/score', '/v1/a.b/~c', '/a%20b', '/a:b@c'])('is called at the path %s', (path) => {
    expect(faultOf(spec({}, { path }))).toBeUndefined();
  });

  it.each([
    '',
    'score',
    'http://other.example/score',
    '//other.example/score',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a/%2e%2e/b',
    '/a%2Fb',
    '/a%5cb',
    '/a\\b',
    '/a%00',
    '/a%zz',
    '/a?b=c',
    '/a#b',
    '/a b',
    '/a\n',
    '@other.example',
  ])('is never called at %j', (path) => {
    expect(faultOf(spec({}, { path }))).toMatch(/^#\/toolDefinition\/path must /);
  });
});
