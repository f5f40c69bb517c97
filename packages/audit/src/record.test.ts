import { describe, expect, it } from '@jest/globals';
import { AuditRecord } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { type AuditFacts, auditText, outcomeOf, recordText, sharedPart } from './record.js';

const FACTS: AuditFacts = {
  action: 'mcp.tools/call',
  status: 200,
  refusal: undefined,
  principal: { subject: 'ada', name: 'Ada', roles: ['a'], tenant: 'default', signIn: 'development' },
  resource: { kind: 'adapter', name: 'echo' },
  tool: 'add',
  address: '192.0.2.7',
  via: '192.0.2.7',
  headers: {
    'user-agent': 'x'.repeat(1_000),
    'content-length': '120',
    traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
    authorization: 'Bearer s3cret',
  },
  responseBytes: 300,
  durationMs: 12.345,
  requestId: 'r1',
};

const auditRecord = (...of: Parameters<typeof auditText>) => AuditRecord.parse(JSON.parse(auditText(...of)));

describe('an audit record', () => {
  it('says who did what, from where, with which result', () => {
    expect(auditRecord('data-plane', FACTS, Date.UTC(2026, 10, 30))).toEqual({
      id: expect.any(String),
      time: '2026-11-29T23:59:59.987Z',
      service: 'data-plane',
      action: 'mcp.tools/call',
      outcome: 'success',
      status: 200,
      caller: { subject: 'ada', name: 'Ada', roles: ['a'], tenant: 'default', signIn: 'development' },
      resource: { kind: 'adapter', name: 'echo' },
      tool: 'add',
      address: '192.0.2.7',
      userAgent: 'x'.repeat(256),
      requestBytes: 120,
      responseBytes: 300,
      durationMs: 12.3,
      requestId: 'r1',
      traceId: 'ab'.repeat(16),
    });
  });

  it('has the code and the reason of a refusal, and not its text', () => {
    const refusal = new GatewayError('FORBIDDEN', {
      detail: 'not s3cret',
      reason: 'policy',
      cause: new Error('s3cret'),
    });
    const record = auditRecord('data-plane', { ...FACTS, status: 403, refusal });
    expect(record).toMatchObject({ outcome: 'refused', code: 'FORBIDDEN', reason: 'policy' });
    expect(JSON.stringify(record)).not.toContain('s3cret');
    const silent = new GatewayError('INVALID_REQUEST', { detail: 'not s3cret' });
    expect(auditRecord('data-plane', { ...FACTS, status: 400, refusal: silent }).reason).toBeUndefined();
  });

  it('takes texts of any kind and length', () => {
    const hostile = `\0\ud800${'x'.repeat(100_000)}`;
    const roles = Array.from({ length: 1_000 }, () => hostile);
    const principal = { subject: hostile, name: hostile, roles, tenant: hostile, signIn: hostile };
    const record = auditRecord('data-plane', {
      ...FACTS,
      principal,
      tool: hostile,
      address: hostile,
      resource: { kind: 'adapter', name: hostile },
    });
    expect(AuditRecord.safeParse(record).success).toBe(true);
    expect(record.tool).toMatch(/^\ufffd\ufffdx{126}$/);
    expect(JSON.stringify(record).length).toBeLessThan(8_192);
  });

  it('is the same whether its shared members are written for it or were kept', () => {
    const shared = sharedPart('data-plane', FACTS);
    const others = {
      ...FACTS,
      requestBytes: 0,
      responseBytes: undefined,
      durationMs: 0,
      requestId: undefined,
      headers: {},
    };
    for (const facts of [FACTS, others]) {
      const kept = AuditRecord.parse(JSON.parse(recordText(shared, facts, 1_700_000_000_000)));
      const whole = auditRecord(
        'data-plane',
        { ...facts, headers: { ...FACTS.headers, ...facts.headers } },
        1_700_000_000_000,
      );
      expect(kept).toMatchObject({
        caller: whole.caller,
        tool: whole.tool,
        durationMs: whole.durationMs,
        time: whole.time,
      });
      expect(kept.id).not.toBe(whole.id);
    }
  });

  it.each([0, 999, 1_000, 1_700_000_000_001, 1_700_000_000_010.9, 1_700_000_000_999.9, 4_102_444_800_000])(
    'has the time %p as every other time is written',
    (ms) => {
      const { time } = auditRecord('data-plane', { ...FACTS, durationMs: 0 }, ms);
      expect(time).toBe(new Date(ms).toISOString());
    },
  );

  it.each([
    [200, undefined, 'success'],
    [302, undefined, 'success'],
    [404, undefined, 'failed'],
    [500, undefined, 'failed'],
    [undefined, undefined, 'aborted'],
    [403, 403, 'refused'],
    [429, 429, 'refused'],
    [503, 503, 'failed'],
    [200, 502, 'failed'],
    [undefined, 401, 'refused'],
  ] as const)('of status %p with the refusal %p has the outcome %s', (status, refusal, outcome) => {
    expect(outcomeOf(status, refusal === undefined ? undefined : { status: refusal })).toBe(outcome);
  });
});
