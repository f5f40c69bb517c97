import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdapterSpec, ToolsetSpec, ToolSpec } from '@mcp-gateway/common/contracts';
import { toolRows, toolsetRows } from '@mcp-gateway/database';
import { sessionRecords, type SessionRecords } from '@mcp-gateway/sessions';
import {
  specOf,
  startControlPlane,
  toolOf,
  toolsetOf,
  type ControlPlane,
} from '../control-plane/support/control-plane.js';
import { unheededPublisher } from '../control-plane/support/api-key-answers.js';
import { METHODS } from '../control-plane/support/descriptions.js';
import { openApiDocument, sessionService, workloadIdentityRule } from '../control-plane/support/sources.js';
import { startGateway, type Gateway } from '../data-plane/support/gateway.js';
import { message } from '../data-plane/support/rpc.js';
import { announce, WITH_SECRET } from '../data-plane/support/tool-router.js';
import { INITIALIZE } from '../data-plane/support/session-server.js';
import { routeTo, startUpstream } from '../data-plane/support/upstream.js';
import { bodyOf, open } from '../support/http.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { sessionRecord } from '../support/session-record.js';
import { waitFor } from '../support/wait.js';
import { CALLERS, MANAGEMENT, MCP, type Row, type Statuses } from './permission-table.js';

/** A request of a table as the OpenAPI document names it. */
const operationOf = (request: string) =>
  (/^\w+ [^ ?]+/.exec(request)?.[0] ?? '')
    .replace(/:(name|tool|set)\b/, '{name}')
    .replaceAll(/:\w+/g, '{id}')
    .replace(/(?<=\/servers\/)[^/]+/, '{server}')
    .replace(/(?<=\/versions\/).+/, '{version}');

it('the tables have every operation of the OpenAPI document', () => {
  const paths = openApiDocument().paths as Record<string, object>;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const covered = new Set([...MANAGEMENT, ...MCP].map(([request]) => operationOf(request)));
  expect(operations.length).toBeGreaterThan(20);
  expect(operations.filter((operation) => !covered.has(operation))).toEqual([]);
});

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

describe('the status of every route', () => {
  let plane: ControlPlane;
  let gateway: Gateway;
  let sessions: SessionRecords;
  let tokens: Partial<Record<keyof typeof CALLERS, string>>;
  let names = 0;
  beforeEach(async () => {
    const issuers = [{ issuer: issuer.issuer, audiences: ['gateway'] }];
    const mayUseWorkloadIdentity = workloadIdentityRule('kubernetes', ['mcp.identity']);
    const prefix = freshPrefix();
    const redis = await connectRedis();
    sessions = sessionRecords(redis, prefix);
    plane = await startControlPlane({
      issuers,
      mayUseWorkloadIdentity,
      quotas: { redis, prefix },
      sessions: sessionService(redis, prefix),
      apiKeys: { publisher: unheededPublisher, maxDays: 365 },
    });
    const server = await startUpstream(async (req, res) => {
      if ((await bodyOf(req)).includes('"initialize"')) res.setHeader('Mcp-Session-Id', `raw-${++names}`);
      if (req.method !== 'GET') return res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /messages\n\n');
    });
    const policy = { name: 'off', effect: 'deny', when: 'tool == "off"', methods: ['tools/call'], reason: '' } as const;
    const access = {
      createdBy: 'alice',
      tenant: 'acme',
      requiredRoles: ['team'],
      policies: [{ ...policy, methods: [...policy.methods] }],
    };
    const toolset = { ...access, kind: 'toolset', name: 'support', policies: [] } as const;
    const routes = [routeTo(server.endpoint, access), routeTo([], { ...toolset, policies: [] })];
    gateway = await startGateway({ issuers, controlPlane: plane.url, routes, ...WITH_SECRET }, prefix);
    await announce(gateway, server);
    tokens = {};
    await made('POST', '/tenants', { id: 'acme', ...ACME });
    await waitFor('the tenant to arrive', () => gateway.tenants.all().some(({ id }) => id === 'acme'));
  });

  async function headersOf(who: keyof typeof CALLERS): Promise<Record<string, string>> {
    const claims = CALLERS[who];
    if (!claims) return {};
    return { authorization: `Bearer ${(tokens[who] ??= await issuer.token(claims))}` };
  }
  /** What a caller creates through the API, so that everything knows it. */
  async function made(method: string, path: string, body: object, who: keyof typeof CALLERS = 'admin') {
    const response = await fetch(plane.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(await headersOf(who)) },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  }

  const spec = (name: string, more: object = {}) => JSON.stringify(specOf(name, { requiredRoles: ['team'], ...more }));
  const bodies: Record<string, (given: Given) => string> = {
    initialize: () => INITIALIZE,
    denied: () => message('tools/call', { name: 'off' }),
    ':name': ({ name }) => spec(name),
    ':name+identity': ({ name }) => spec(name, { useWorkloadIdentity: true }),
    ':tool': ({ tool }) => JSON.stringify(toolOf(tool, { requiredRoles: ['team'] })),
    ':tool+identity': ({ tool }) =>
      JSON.stringify(toolOf(tool, { requiredRoles: ['team'], useWorkloadIdentity: true })),
    ':set': ({ set }) => JSON.stringify(toolsetOf(set)),
    ':tenant': ({ tenant }) => JSON.stringify({ id: tenant, ...ACME }),
    approval: () => JSON.stringify({ definitions: [{ name: 'find', hash: null }] }),
    quota: () => '{}',
    key: () => JSON.stringify({ name: 'nightly' }),
    'key+roles': () => JSON.stringify({ name: 'nightly', roles: ['ops'] }),
  };

  /** The status that one caller gets for one request. */
  async function statusOf(request: string, who: keyof typeof CALLERS, given: Given) {
    const [method = '', path = '', content = ''] = request.split(' ');
    const body = bodies[content]?.(given);
    const filled = path.replaceAll(/:(\w+)/g, (_, what: keyof Given) => given[what]);
    const response = await open(gateway.url + filled, {
      method,
      headers: { ...(await headersOf(who)), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body }),
    });
    response.destroy();
    return response.statusCode;
  }

  /** The table as it is, in the form in which it is expected. */
  async function measured(rows: Row[], exists: (request: string) => Promise<Given>) {
    const table: Row[] = [];
    for (const [request, , absent] of rows) {
      const statuses = async (given: () => Promise<Given>) => {
        const found: (number | undefined)[] = [];
        for (const who of Object.keys(CALLERS) as (keyof typeof CALLERS)[]) {
          found.push(await statusOf(request, who, await given()));
        }
        return found as Statuses;
      };
      const there = await statuses(() => exists(request));
      const gone = await statuses(async () => nothing());
      const isSame = absent === undefined && JSON.stringify(there) === JSON.stringify(gone);
      table.push(isSame ? [request, there] : [request, there, gone]);
    }
    return table;
  }

  const nothing = (): Given => {
    names += 1;
    return {
      name: `other-${names}`,
      tool: `other-${names}`,
      set: `other-${names}`,
      tenant: `other-${names}`,
      key: 'f'.repeat(16),
      session: randomUUID(),
      other: randomUUID(),
    };
  };

  /** What the request needs, and nothing else: each cell makes its own. */
  async function something(request: string): Promise<Given> {
    const given = nothing();
    if (request.includes(':name')) {
      const name = `adapter-${names}`;
      const parsed = AdapterSpec.parse(specOf(name, { requiredRoles: ['team'] }));
      const row = await plane.rows.create(parsed, 'alice', 'acme');
      const ref = { id: given.session, kind: 'adapter', resourceId: row?.id ?? '', caller: 'bob' } as const;
      const record = sessionRecord({ name, resourceId: ref.resourceId, caller: 'bob' });
      if (request.includes(':session')) await sessions.create(ref, record, BOUNDS);
      given.name = name;
    }
    if (request.includes(':tool')) {
      given.tool = `weather-${names}`;
      const parsed = ToolSpec.parse(toolOf(given.tool, { requiredRoles: ['team'] }));
      await toolRows(plane.database).create(parsed, 'alice', 'acme');
    }
    if (request.includes(':set')) {
      given.set = `support-${names}`;
      await toolsetRows(plane.database).create(ToolsetSpec.parse(toolsetOf(given.set)), 'alice', 'acme');
    }
    if (request.includes(':key')) given.key = (await made('POST', '/api-keys', { name: 'k' }, 'creator')).id;
    if (request.startsWith('DELETE /tenants')) await made('POST', '/tenants', { id: given.tenant, ...ACME });
    else given.tenant = 'acme';
    return given;
  }

  it('of the management API is as in the table', async () => {
    expect(await measured(MANAGEMENT, something)).toEqual(MANAGEMENT);
  }, 120_000);

  it('of MCP is as in the table', async () => {
    expect(await measured(MCP, async () => ({ ...nothing(), name: 'echo', set: 'support' }))).toEqual(MCP);
  });
});

/** Its administrators and members; the ids of other tenants come after it in the alphabet. */
const ACME = { members: { subjects: ['alice'] }, admins: { subjects: ['ann'] } };
const BOUNDS = { max: 9, maxPerCaller: 9, idleSince: 0, keepSeconds: 600 };

/** What stands for the placeholders of a request. */
type Given = Record<'name' | 'tool' | 'set' | 'tenant' | 'key' | 'session' | 'other', string>;
