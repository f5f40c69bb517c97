/** The claims of each caller; the adapters belong to alice and to the tenant acme, and require the role `team`. */
export const CALLERS = {
  anonymous: undefined,
  stranger: { sub: 'eve', roles: ['other'] },
  reader: { sub: 'bob', roles: ['Team'] },
  creator: { sub: 'alice', roles: [] },
  tenantAdmin: { sub: 'ann', roles: [] },
  admin: { sub: 'root', roles: ['MCP.Admin'] },
};

export type Statuses = [
  anonymous: number,
  stranger: number,
  reader: number,
  creator: number,
  tenant: number,
  admin: number,
];
/** The status for what exists, and for what does not. Where one is not given, the two are the same. */
export type Row = [request: string, exists: Statuses, absent?: Statuses];

const OPEN: Statuses = [200, 200, 200, 200, 200, 200];
const SIGNED_IN: Statuses = [401, 200, 200, 200, 200, 200];
const READ: Statuses = [401, 404, 200, 200, 200, 200];
const NONE: Statuses = [401, 404, 404, 404, 404, 404];
const NOT_POSSIBLE: Statuses = [401, 405, 405, 405, 405, 405];

/**
 * `:name`, `:tool` and `:set` stand for an adapter, a tool and a toolset of its own for each cell, `:session` for a session of the reader on it,
 * `:key` for an API key of the creator. `:tenant` is acme, whose member the creator is, or one to be removed.
 */
export const MANAGEMENT: Row[] = [
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
  ['GET /tools/:tool/definition-changes', READ, NONE],
  ['POST /tools/:tool/definition-changes', NOT_POSSIBLE],
  ['POST /tools/:tool/definition-changes/approve approval', [401, 404, 403, 400, 400, 400], NONE], // nothing waits
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
  ['GET /registry', SIGNED_IN],
  ['GET /registry/v0.1/servers', SIGNED_IN],
  ['POST /registry/v0.1/servers', NOT_POSSIBLE],
  ['GET /registry/v0.1/servers/local.mcp-gateway%2F:name/versions', READ, NONE],
  ['GET /registry/v0.1/servers/local.mcp-gateway%2F:name/versions/latest', READ, NONE],
  ['GET /registry/v0.1/servers/local.mcp-gateway%2Ftoolset.:set/versions/latest', READ, NONE],
  ['GET /events', SIGNED_IN],
  ['POST /events', NOT_POSSIBLE],
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
export const MCP: Row[] = [
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
  ['POST /mcp initialize', SIGNED_IN],
  ['GET /mcp', SIGNED_IN],
  ['DELETE /mcp', SIGNED_IN],
  ['PUT /mcp', NOT_POSSIBLE],
  ['POST /mcp/t/:set initialize', READ, NONE],
  ['GET /mcp/t/:set', READ, NONE],
  ['DELETE /mcp/t/:set', READ, NONE],
  ['PUT /mcp/t/:set', [401, 404, 405, 405, 405, 405], NONE],
  ['POST /mcp/t/all initialize', SIGNED_IN],
];
