import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { specOf, startControlPlane, type ControlPlane } from '../control-plane/support/control-plane.js';
import { workloadIdentityRule } from '../control-plane/support/sources.js';
import { startGateway, type Gateway } from '../data-plane/support/gateway.js';
import { message } from '../data-plane/support/rpc.js';
import { INITIALIZE } from '../data-plane/support/session-server.js';
import { routeTo, startUpstream } from '../data-plane/support/upstream.js';
import { bodyOf, open } from '../support/http.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';

/** The claims of each caller; the adapters belong to alice and require the role `team`. */
const CALLERS = {
  anonymous: undefined,
  stranger: { sub: 'eve', roles: ['other'] },
  reader: { sub: 'bob', roles: ['Team'] },
  creator: { sub: 'alice', roles: [] },
  admin: { sub: 'root', roles: ['MCP.Admin'] },
};

type Statuses = [anonymous: number, stranger: number, reader: number, creator: number, admin: number];
/** The status for an adapter that exists, and for a name that does not. Where one is not given, the two are the same. */
type Row = [request: string, exists: Statuses, absent?: Statuses];

const OPEN: Statuses = [200, 200, 200, 200, 200];
const SIGNED_IN: Statuses = [401, 200, 200, 200, 200];
const READ: Statuses = [401, 404, 200, 200, 200];
const NONE: Statuses = [401, 404, 404, 404, 404];
const SESSION = '00000000-0000-4000-8000-000000000000';

/** `:name` stands for the name of an adapter of its own for each cell. */
const MANAGEMENT: Row[] = [
  ['GET /', OPEN],
  ['GET /livez', OPEN],
  ['GET /readyz', OPEN],
  ['GET /openapi.json', OPEN],
  ['GET /errors', OPEN],
  ['GET /adapters', SIGNED_IN],
  ['POST /adapters', [401, 409, 409, 409, 409], [401, 201, 201, 201, 201]], // the only answer that tells of a name
  ['POST /adapters +identity', [401, 403, 403, 403, 409], [401, 403, 403, 403, 201]],
  ['PATCH /adapters', [401, 405, 405, 405, 405]],
  ['GET /adapters/:name', READ, NONE],
  ['PUT /adapters/:name', [401, 404, 403, 200, 200], NONE],
  ['PUT /adapters/:name +identity', [401, 404, 403, 403, 200], NONE],
  ['DELETE /adapters/:name', [401, 404, 403, 204, 204], NONE],
  ['PATCH /adapters/:name', [401, 405, 405, 405, 405]],
  ['POST /adapters/:name', [401, 405, 405, 405, 405]],
  ['GET /adapters/:name/status', READ, NONE],
  ['GET /adapters/:name/logs', READ, NONE],
  ['GET /adapters/:name/sessions', READ, NONE],
  [`DELETE /adapters/:name/sessions/${SESSION}`, NONE],
  ['GET /permissions/explain?resource=adapter/:name', READ, NONE],
  ['GET /permissions/explain?resource=adapter/:name&action=write', READ, NONE],
  [
    'GET /permissions/explain?resource=adapter/:name&principal=bob&roles=x',
    [401, 403, 403, 403, 200],
    [401, 403, 403, 403, 404],
  ],
  ['POST /permissions/explain', [401, 405, 405, 405, 405]],
  ['GET /adapters/:name/other', [401, 404, 404, 404, 404]],
  ['GET /other', [404, 404, 404, 404, 404]],
  ['GET /.well-known/oauth-protected-resource/adapters/:name/mcp', OPEN],
];

/** With the body `initialize`, a call that a policy denies, or none. */
const MCP: Row[] = [
  ['POST /adapters/:name/mcp initialize', READ, NONE],
  ['POST /adapters/:name/mcp denied', [401, 404, 403, 403, 403], NONE],
  ['POST /adapters/:name/mcp?unknown initialize', READ, NONE],
  ['GET /adapters/:name/mcp', READ, NONE],
  ['DELETE /adapters/:name/mcp', READ, NONE],
  ['PUT /adapters/:name/mcp', [401, 404, 405, 405, 405], NONE],
  ['GET /adapters/:name/sse', READ, NONE],
  ['POST /adapters/:name/sse', [401, 404, 405, 405, 405], NONE],
  ['POST /adapters/:name/messages?sessionId=x initialize', NONE],
  ['GET /adapters/:name/messages', [401, 404, 405, 405, 405], NONE],
];

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

describe('the status of every route', () => {
  let plane: ControlPlane;
  let gateway: Gateway;
  let names = 0;
  beforeEach(async () => {
    const issuers = [{ issuer: issuer.issuer, audiences: ['gateway'] }];
    const mayUseWorkloadIdentity = workloadIdentityRule('kubernetes', ['mcp.identity']);
    plane = await startControlPlane({ issuers, mayUseWorkloadIdentity });
    const server = await startUpstream(async (req, res) => {
      if ((await bodyOf(req)).includes('"initialize"')) res.setHeader('Mcp-Session-Id', `raw-${++names}`);
      if (req.method !== 'GET') return res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /messages\n\n');
    });
    const policy = { name: 'off', effect: 'deny', when: 'tool == "off"', methods: ['tools/call'], reason: '' } as const;
    const access = {
      createdBy: 'alice',
      requiredRoles: ['team'],
      policies: [{ ...policy, methods: [...policy.methods] }],
    };
    gateway = await startGateway({ issuers, controlPlane: plane.url, routes: [routeTo(server.endpoint, access)] });
  });

  const bodies: Record<string, (name: string) => string> = {
    initialize: () => INITIALIZE,
    denied: () => message('tools/call', { name: 'off' }),
    '+identity': (name) => JSON.stringify(specOf(name, { requiredRoles: ['team'], useWorkloadIdentity: true })),
  };

  /** The status that one caller gets for one request. */
  async function statusOf(request: string, who: keyof typeof CALLERS, name: string) {
    const [method = '', path = '', content] = request.split(' ');
    const claims = CALLERS[who];
    const isChange = method === 'POST' || method === 'PUT';
    const body = content ? bodies[content]?.(name) : isChange ? JSON.stringify(specOf(name)) : undefined;
    const response = await open(gateway.url + path.replace(':name', name), {
      method,
      headers: {
        ...(claims && { authorization: `Bearer ${await issuer.token(claims)}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body }),
    });
    response.destroy();
    return response.statusCode;
  }

  /** The table as it is, in the form in which it is expected. */
  async function measured(rows: Row[], exists: () => Promise<string>) {
    const table: Row[] = [];
    for (const [request, , absent] of rows) {
      const statuses = async (name: () => Promise<string>) => {
        const found: (number | undefined)[] = [];
        for (const who of Object.keys(CALLERS) as (keyof typeof CALLERS)[]) {
          found.push(await statusOf(request, who, await name()));
        }
        return found as Statuses;
      };
      const there = await statuses(exists);
      const gone = await statuses(async () => `absent-${++names}`);
      const isSame = absent === undefined && JSON.stringify(there) === JSON.stringify(gone);
      table.push(isSame ? [request, there] : [request, there, gone]);
    }
    return table;
  }

  it('of the management API is as in the table', async () => {
    const exists = async () => {
      const name = `adapter-${++names}`;
      await plane.rows.create(AdapterSpec.parse(specOf(name, { requiredRoles: ['team'] })), 'alice');
      return name;
    };
    expect(await measured(MANAGEMENT, exists)).toEqual(MANAGEMENT);
  });

  it('of MCP is as in the table', async () => {
    expect(await measured(MCP, async () => 'echo')).toEqual(MCP);
  });
});
