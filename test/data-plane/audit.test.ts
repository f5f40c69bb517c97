import { describe, expect, it } from '@jest/globals';
import { auditTrail, type AuditTrail } from '@mcp-gateway/audit';
import { AuditRecord } from '@mcp-gateway/common/contracts';
import { send } from '../support/http.js';
import { startIssuer } from '../support/issuer.js';
import { silent } from '../support/postgres.js';
import { afterTest } from '../support/clean-up.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlaneOptions } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, callTool, message } from './support/rpc.js';
import { INITIALIZE } from './support/session-server.js';
import { announce, toolset, WITH_SECRET } from './support/tool-router.js';
import { routeTo, startUpstream } from './support/upstream.js';

/** A trail to an array. */
function recordingTrail(): {
  trail: AuditTrail;
  records: AuditRecord[];
  settled(count: number): Promise<AuditRecord[]>;
} {
  const records: AuditRecord[] = [];
  const trail = auditTrail({
    service: 'data-plane',
    lines: { write: (line) => records.push(AuditRecord.loose().parse(JSON.parse(line))) > 0 },
    log: silent,
  });
  afterTest(() => trail.close());
  const settled = async (count: number) => {
    await waitFor(`${count} audit records`, () => records.length >= count);
    return records;
  };
  return { trail, records, settled };
}

async function auditedGateway(options: DataPlaneOptions = {}, upstream?: Parameters<typeof startUpstream>[0]) {
  const { endpoint } = upstream ? await startUpstream(upstream) : await startReplica();
  const { trail, ...seen } = recordingTrail();
  const gateway = await startGateway({ routes: [routeTo(endpoint)], trail, ...options });
  return { ...seen, trail, gateway, mcp: `${gateway.url}/adapters/echo/mcp` };
}

const ALICE = { subject: 'alice', name: 'alice', roles: ['mcp.dev'], tenant: 'default', signIn: 'development' };

describe('the audit of MCP requests', () => {
  it('records who opened a session and which tools were called, and nothing else', async () => {
    const { gateway, records, settled } = await auditedGateway();
    const session = await begin(gateway.url);
    await callTool(gateway.url, session, 'counter');
    await settled(2);
    expect(records.map(({ action, tool }) => [action, tool])).toEqual([
      ['mcp.initialize', undefined],
      ['mcp.tools/call', 'counter'],
    ]);
    expect(records[1]).toMatchObject({
      service: 'data-plane',
      outcome: 'success',
      status: 200,
      reason: 'creator',
      caller: ALICE,
      resource: { kind: 'adapter', name: 'echo' },
      address: '127.0.0.1',
      requestBytes: expect.any(Number),
      responseBytes: expect.any(Number),
      durationMs: expect.any(Number),
      requestId: expect.any(String),
    });
    expect(records[1]?.responseBytes).toBeGreaterThan(100);
  });

  it('records arguments of the tools that an adapter names only, without what it redacts', async () => {
    const SENTINEL = 'k7sentinel9q';
    const replica = await startReplica();
    const { trail, settled } = recordingTrail();
    const policies = [
      { name: 'off', effect: 'deny' as const, when: 'tool == "off"', methods: ['tools/call'], reason: '' },
    ];
    const audit = { arguments: { tools: ['add', 'off'], redact: ['iban', '/customer/name'] } };
    const route = routeTo(replica.endpoint, { audit, policies });
    const gateway = await startGateway({ routes: [route], trail });
    const given = { n: 1, IBAN: SENTINEL, customer: { name: SENTINEL, city: 'Ulm' }, list: [{ password: SENTINEL }] };
    const call = (name: string, headers = {}) =>
      send(`${gateway.url}/adapters/echo/mcp`, { body: message('tools/call', { name, arguments: given }), headers });
    await call('add');
    await call('other');
    await call('off');
    await call('add', { 'x-dev-userid': 'mallory' });
    await gateway.publish(routeTo(replica.endpoint));
    await call('add');
    const records = await settled(5);
    const shown =
      '{"n":1,"IBAN":"[redacted]","customer":{"name":"[redacted]","city":"Ulm"},"list":[{"password":"[redacted]"}]}';
    expect(records.map(({ tool, code, arguments: recorded }) => [tool, code, recorded])).toEqual([
      ['add', undefined, shown],
      ['other', undefined, undefined],
      ['off', 'POLICY_DENIED', shown],
      ['add', 'ADAPTER_NOT_FOUND', undefined],
      ['add', undefined, undefined],
    ]);
    expect(JSON.stringify(records)).not.toContain(SENTINEL);
  });

  it('records the address behind trusted proxies, the agent and the trace', async () => {
    const { mcp, settled } = await auditedGateway({ trustedProxies: ['127.0.0.1/8'] });
    const trace = 'ab'.repeat(16);
    await send(mcp, {
      body: INITIALIZE,
      headers: {
        'x-forwarded-for': '203.0.113.9',
        'user-agent': 'a client',
        'x-request-id': 'r-1',
        traceparent: `00-${trace}-${'cd'.repeat(8)}-01`,
      },
    });
    expect((await settled(1))[0]).toMatchObject({
      address: '203.0.113.9',
      via: expect.stringContaining('127.0.0.1'),
      userAgent: 'a client',
      requestId: 'r-1',
      traceId: trace,
    });
  });

  it('records refusals with their code, for names that exist and names that do not', async () => {
    const { endpoint } = await startReplica();
    const { gateway, settled } = await auditedGateway();
    await gateway.publish(routeTo(endpoint, { tenant: 'acme' }));
    const mallory = { 'x-dev-userid': 'mallory' };
    const call = { body: message('tools/call', { name: 'add' }), headers: mallory };
    await send(`${gateway.url}/adapters/echo/mcp`, call);
    await send(`${gateway.url}/adapters/unknown/mcp`, call);
    await send(`${gateway.url}/adapters/echo/mcp`, { method: 'GET', headers: mallory });
    const records = await settled(3);
    const seen = records.map(({ action, outcome, reason, resource }) => [action, outcome, reason, resource]);
    const echo = { kind: 'adapter', name: 'echo', tenant: 'acme' }; // whose administrators read who has tried
    expect(seen).toEqual([
      ['mcp.tools/call', 'refused', 'no rule permits it', echo],
      ['mcp.tools/call', 'refused', 'no such resource', { kind: 'adapter', name: 'unknown' }],
      ['mcp.stream', 'refused', 'no rule permits it', echo],
    ]);
    expect(records[0]).toMatchObject({ code: 'ADAPTER_NOT_FOUND', caller: { subject: 'mallory' } });
  });

  it('records failed sign-ins with the reason and without a caller, and how others signed in', async () => {
    const issuer = await startIssuer();
    afterTest(() => issuer.stop());
    const settings = { issuer: issuer.issuer, audiences: ['gateway'], claims: { roles: ['roles', 'groups'] } };
    const { mcp, settled } = await auditedGateway({ issuers: [settings] });
    const body = INITIALIZE;
    const bearer = async (...of: Parameters<typeof issuer.token>) => `Bearer ${await issuer.token(...of)}`;
    await send(mcp, { body });
    await send(mcp, { body, headers: { authorization: await bearer({ exp: 1 }) } });
    const overage = { authorization: await bearer({ _claim_names: { groups: 'src1' } }) };
    const refused = await send(mcp, { body, headers: overage });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('too many (group overage)')]);
    await send(mcp, { body, headers: { authorization: await bearer() } });
    const records = await settled(4);
    expect(records.map(({ action, reason, caller }) => [action, reason, caller?.subject])).toEqual([
      ['sign-in.failure', 'no token', undefined],
      ['sign-in.failure', 'the token has expired', undefined],
      ['mcp.initialize', 'group overage: the token does not list groups', undefined],
      ['mcp.initialize', 'creator', 'alice'],
    ]);
    expect(records[3]?.caller?.signIn).toBe(issuer.issuer);
  });

  it('records each failed sign-in of a flood, or says how many it left out', async () => {
    const { trail, mcp, records } = await auditedGateway();
    const invalid = { body: INITIALIZE, headers: { 'x-dev-userid': 'x'.repeat(300) } };
    for (let i = 0; i < 30; i += 1) await Promise.all(Array.from({ length: 20 }, () => send(mcp, invalid)));
    const failures = () => records.filter(({ action }) => action === 'sign-in.failure').length;
    const leftOut = () => records.reduce((sum, { gap }) => sum + (gap?.records ?? 0), 0);
    await waitFor('each to be recorded or left out', async () => {
      await trail.close(); // records the gap
      return failures() + leftOut() === 600;
    });
    expect(failures()).toBeGreaterThanOrEqual(200);
  });

  it('records a message that is too long to be read', async () => {
    const { mcp, settled } = await auditedGateway({}, (req, res) => req.resume().once('end', () => res.end('{}')));
    const long = message('tools/call', { name: 'add', padding: 'x'.repeat(100_000) });
    await send(mcp, { body: long });
    await send(mcp, { body: long, headers: { 'mcp-method': 'tools/list' } });
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' };
    await send(mcp, { body: long, headers: modern });
    const records = await settled(3);
    expect(records.map(({ action, tool }) => [action, tool])).toEqual([
      ['mcp.request', undefined],
      ['mcp.request', undefined],
      ['mcp.tools/call', 'add'],
    ]);
    expect(records[0]?.requestBytes).toBe(Buffer.byteLength(long));
  });

  it('records calls whose server fails, and calls that the client leaves', async () => {
    const { mcp, settled } = await auditedGateway({}, (req, res) =>
      req.resume().once('end', () => res.writeHead(500).end('s3cret')),
    );
    await send(mcp, { body: message('tools/call', { name: 'add' }) });
    expect((await settled(1))[0]).toMatchObject({ outcome: 'failed', status: 500 });
  });

  it('records management requests that do not reach the control plane', async () => {
    const { gateway, settled } = await auditedGateway();
    await send(`${gateway.url}/adapters`, { method: 'GET' });
    await send(`${gateway.url}/nothing`, { method: 'GET' });
    await send(`${gateway.url}/adapters`, { headers: { origin: 'https://evil.example' } });
    const records = await settled(2);
    expect(records.map(({ action, code }) => [action, code])).toEqual([
      ['management.request', 'UNAVAILABLE'],
      ['management.request', 'ORIGIN_NOT_ALLOWED'],
    ]);
  });

  it('names the toolset of all tools, and the tenant of its caller', async () => {
    const { gateway, settled } = await auditedGateway(WITH_SECRET);
    await announce(gateway, { endpoint: { ...(await startReplica()).endpoint, id: 'router' } });
    await send(`${gateway.url}/mcp`, { body: INITIALIZE });
    const [record] = await settled(1);
    expect(record).toMatchObject({
      action: 'mcp.initialize',
      outcome: 'success',
      reason: 'signed-in',
      resource: { kind: 'toolset', name: 'all', tenant: 'default' },
    });
  });

  it('records arguments of the tools that a toolset names, by the names that clients get there', async () => {
    const { gateway, settled } = await auditedGateway(WITH_SECRET);
    await announce(gateway, { endpoint: { ...(await startReplica()).endpoint, id: 'router' } });
    const audit = { arguments: { tools: ['pay'], redact: ['iban'] } };
    await gateway.publish(toolset('team', { audit }), toolset('other'), toolset('found', { audit, search: true }));
    for (const [path, name] of [
      ['t/team', 'pay'],
      ['t/team', 'list'],
      ['t/other', 'pay'],
    ])
      await send(`${gateway.url}/mcp/${path}`, {
        body: message('tools/call', { name, arguments: { n: 1, iban: 's3cret' } }),
      });
    const inner = { name: 'pay', arguments: { n: 1, iban: 's3cret' } };
    const body = message('tools/call', { name: 'call_tool', arguments: inner });
    await send(`${gateway.url}/mcp/t/found`, { body });
    const records = await settled(4);
    expect(records.map(({ resource, tool, arguments: given }) => [resource?.name, tool, given])).toEqual([
      ['team', 'pay', '{"n":1,"iban":"[redacted]"}'],
      ['team', 'list', undefined],
      ['other', 'pay', undefined],
      ['found', 'pay', '{"n":1,"iban":"[redacted]"}'],
    ]);
  });
});
