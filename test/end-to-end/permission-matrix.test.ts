import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdapterSpec, ToolsetSpec, ToolSpec } from '@mcp-gateway/common/contracts';
import { toolRows, toolsetRows } from '@mcp-gateway/database';
import { sessionRecords, type SessionRecords } from '@mcp-gateway/sessions';
import { specOf, startControlPlane, toolOf, type ControlPlane } from '../control-plane/support/control-plane.js';
import { unheededPublisher } from '../control-plane/support/api-key-answers.js';
import { METHODS } from '../control-plane/support/descriptions.js';
import { openApiDocument, sessionService, workloadIdentityRule } from '../control-plane/support/sources.js';
import { startGateway, type Gateway } from '../data-plane/support/gateway.js';
import { message } from '../data-plane/support/rpc.js';
import { INITIALIZE } from '../data-plane/support/session-server.js';
import { routeTo, startUpstream } from '../data-plane/support/upstream.js';
import { bodyOf, open } from '../support/http.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { sessionRecord } from '../support/session-record.js';
import { waitFor } from '../support/wait.js';

/** The claims of each caller; the adapters belong to alice and to the tenant acme, and require the role `team`. */
const CALLERS = {
  anonymous: undefined,
  stranger: { sub: 'eve', roles: ['other'] },
  reader: { sub: 'bob', roles: ['Team'] },
  creator: { sub: 'alice', roles: [] },
  tenantAdmin: { sub: 'ann', roles: [] },
  admin: { sub: 'root', roles: ['MCP.Admin'] },
};

type Statuses = [anonymous: number, stranger: number, reader: number, creator: number, tenant: number, admin: number];
/** The status for what exists, and for what does not. Where one is not given, the two are the same. */
type Row = [request: string, exists: Statuses, absent?: Statuses];

const OPEN: Statuses = [200, 200, 200, 200, 200, 200];
const SIGNED_IN: Statuses = [401, 200, 200, 200, 200, 200];
const READ: Statuses = [401, 404, 200, 200, 200, 200];
const NONE: Statuses = [401, 404, 404, 404, 404, 404];
const NOT_POSSIBLE: Statuses = [401, 405, 405, 405, 405, 405];

/**
 * `:name`, `:tool` and `:set` stand for an adapter, a tool and a toolset of its own for each cell, `:session` for a session of the reader on it,
 * `:key` for an API key of the creator. `:tenant` is acme, whose member the creator is, or one to be removed.
 */
const MANAGEMENT: Row[] = [
  ['GET /', OPEN],
  ['GET /livez', OPEN],
  ['GET /readyz', OPEN],
  ['GET /openapi.json', OPEN],
  ['GET /errors', OPEN],
  ['GET /adapters', SIGNED_IN],
  ['POST /adapters :name', [401, 409, 409, 409, 409, 409], [401, 201, 201, 201, 201, 201]], // tells of a name
  ['POST /adapters :name+identity', [401, 403, 403, 403, 403, 409], [401, 403, 403, 403, 403, 201]],
  ['PATCH /adapters', NOT_POSSIBLE],
  ['GET /adapters/:name', READ, NONE],
  ['PUT /adapters/:name :name', [401, 404, 403, 200, 200, 200], NONE],
  ['PUT /adapters/:name :name+identity', [401, 404, 403, 403, 403, 200], NONE],
  ['DELETE /adapters/:name', [401, 404, 403, 204, 204, 204], NONE],
  ['PATCH /adapters/:name', NOT_POSSIBLE],
  ['POST /adapters/:name :name', NOT_POSSIBLE],
  ['GET /adapters/:name/status', READ, NONE],
  ['GET /adapters/:name/logs', READ, NONE],
  ['GET /adapters/:name/sessions', READ, NONE],
  ['DELETE /adapters/:name/sessions/:session', [401, 404, 204, 204, 204, 204], NONE],
  ['DELETE /adapters/:name/sessions/:other', NONE],
  ['GET /tools', SIGNED_IN],
  ['POST /tools :tool', [401, 409, 409, 409, 409, 409], [401, 201, 201, 201, 201, 201]],
  ['POST /tools :tool+identity', [401, 403, 403, 403, 403, 409], [401, 403, 403, 403, 403, 201]],
  ['PATCH /tools', NOT_POSSIBLE],
  ['GET /tools/:tool', READ, NONE],
  ['PUT /tools/:tool :tool', [401, 404, 403, 200, 200, 200], NONE],
  ['PUT /tools/:tool :tool+identity', [401, 404, 403, 403, 403, 200], NONE],
  ['DELETE /tools/:tool', [401, 404, 403, 204, 204, 204], NONE],
  ['POST /tools/:tool :tool', NOT_POSSIBLE],
  ['GET /tools/:tool/status', READ, NONE],
  ['GET /tools/:tool/logs', READ, NONE],
  ['GET /tools/:tool/mcp', NONE],
  ['GET /toolsets', SIGNED_IN],
  ['POST /toolsets :set', [401, 409, 409, 409, 409, 409], [401, 201, 201, 201, 201, 201]],
  ['GET /toolsets/:set', READ, NONE],
  ['PUT /toolsets/:set :set', [401, 409, 403, 200, 200, 200], [401, 201, 201, 201, 201, 201]], // tells of a name
  ['DELETE /toolsets/:set', [401, 404, 403, 204, 204, 204], NONE],
  ['POST /toolsets/:set :set', NOT_POSSIBLE],
  ['GET /toolsets/:set/status', READ, NONE],
  ['GET /toolsets/:set/logs', NONE],
  ['GET /tenants', SIGNED_IN],
  ['POST /tenants :tenant', [401, 403, 403, 403, 403, 409], [401, 403, 403, 403, 403, 201]],
  ['PATCH /tenants', NOT_POSSIBLE],
  ['GET /tenants/:tenant', [401, 404, 404, 404, 200, 200], NONE],
  ['PUT /tenants/:tenant :tenant', [401, 404, 404, 404, 403, 200], NONE],
  ['DELETE /tenants/:tenant', [401, 404, 404, 404, 403, 204], NONE],
  ['GET /tenants/:tenant/quota', [401, 404, 404, 200, 200, 200], NONE],
  ['PUT /tenants/:tenant/quota quota', [401, 404, 404, 404, 403, 200], NONE],
  ['POST /tenants/:tenant/quota quota', NOT_POSSIBLE],
  ['GET /api-keys', SIGNED_IN],
  ['POST /api-keys key', [401, 201, 201, 201, 201, 201]],
  ['POST /api-keys key+roles', [401, 403, 403, 403, 403, 201]],
  ['GET /api-keys/:key', [401, 404, 404, 200, 404, 200], NONE],
  ['DELETE /api-keys/:key', [401, 404, 404, 204, 404, 204], NONE],
  ['PUT /api-keys/:key key', NOT_POSSIBLE],
  ['GET /audit', [401, 403, 403, 403, 200, 200]],
  ['GET /audit?tenant=:tenant', [401, 403, 403, 403, 200, 200]],
  ['GET /audit/export', [401, 403, 403, 403, 200, 200]],
  ['POST /audit', NOT_POSSIBLE],
  ['GET /permissions/explain?resource=adapter/:name', READ, NONE],
  ['GET /permissions/explain?resource=adapter/:name&action=write', READ, NONE],
  [
    'GET /permissions/explain?resource=adapter/:name&principal=bob&roles=x',
    [401, 403, 403, 403, 403, 200],
    [401, 403, 403, 403, 403, 404],
  ],
  ['GET /permissions/explain?resource=tool/:tool', READ, NONE],
  ['GET /permissions/explain?resource=toolset/:set', READ, NONE],
  ['POST /permissions/explain', NOT_POSSIBLE],
  ['GET /adapters/:name/other', NONE],
  ['GET /other', [404, 404, 404, 404, 404, 404]],
  ['GET /.well-known/oauth-protected-resource/adapters/:name/mcp', OPEN],
];

/** With the body `initialize`, a call that a policy denies, or none. */
const MCP: Row[] = [
  ['POST /adapters/:name/mcp initialize', READ, NONE],
  ['POST /adapters/:name/mcp denied', [401, 404, 403, 403, 403, 403], NONE],
  ['POST /adapters/:name/mcp?unknown initialize', READ, NONE],
  ['GET /adapters/:name/mcp', READ, NONE],
  ['DELETE /adapters/:name/mcp', READ, NONE],
  ['PUT /adapters/:name/mcp', [401, 404, 405, 405, 405, 405], NONE],
  ['GET /adapters/:name/sse', READ, NONE],
  ['POST /adapters/:name/sse', [401, 404, 405, 405, 405, 405], NONE],
  ['POST /adapters/:name/messages?sessionId=x initialize', NONE],
  ['GET /adapters/:name/messages', [401, 404, 405, 405, 405, 405], NONE],
];

/** A request of a table as the OpenAPI document names it. */
const operationOf = (request: string) =>
  (/^\w+ [^ ?]+/.exec(request)?.[0] ?? '').replace(/:(name|tool|set)\b/, '{name}').replaceAll(/:\w+/g, '{id}');

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
    const routes = [routeTo(server.endpoint, access)];
    gateway = await startGateway({ issuers, controlPlane: plane.url, routes }, prefix);
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
    expect(await measured(MCP, async () => ({ ...nothing(), name: 'echo' }))).toEqual(MCP);
  });
});

/** Its administrators and members; the ids of other tenants come after it in the alphabet. */
const ACME = { members: { subjects: ['alice'] }, admins: { subjects: ['ann'] } };
const BOUNDS = { max: 9, maxPerCaller: 9, idleSince: 0, keepSeconds: 600 };

const toolsetOf = (name: string) => ({ name, tools: [{ name: '*' }], requiredRoles: ['team'] });

/** What stands for the placeholders of a request. */
type Given = Record<'name' | 'tool' | 'set' | 'tenant' | 'key' | 'session' | 'other', string>;
