import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, type ErrorCode, GatewayError } from '@mcp-gateway/common/errors';
import { safeAnswer } from './client-error.js';

const INVITING = /did not run|send it again|initialize a new|try again/;
const codes = Object.keys(errorCatalogue) as ErrorCode[];
const ways = [{}, { headers: { 'retry-after': '1' } }];

describe('the error for a request', () => {
  it.each(codes.flatMap((code) => ways.map((way) => ({ code, way }))))(
    'that may have run invites no retry: $code, $way',
    ({ code, way }) => {
      const { status, headers, message } = safeAnswer(new GatewayError(code, way), {
        mayHaveRun: true,
        mayRunTwice: false,
      });
      expect([401, 403, 404, 408, 412, 425, 429, 503]).not.toContain(status);
      expect(status === 502 ? message : '').not.toMatch(INVITING);
      expect(headers).toEqual({});
    },
  );

  it.each(codes)('that cannot have run stays as it is: %s', (code) => {
    const error = new GatewayError(code, ways[1]);
    expect(safeAnswer(error, { mayHaveRun: false, mayRunTwice: false })).toBe(error);
  });

  it('that may run twice stays as it is, but never says that the request did not run', () => {
    const delivery = { mayHaveRun: true, mayRunTwice: true };
    expect(codes.filter((code) => safeAnswer(new GatewayError(code), delivery).code !== code)).toEqual([
      'CREDENTIAL_UNAVAILABLE',
      'CREDENTIAL_REFUSED',
      'UPSTREAM_REFUSED',
      'UPSTREAM_TLS_FAILED',
      'UPSTREAM_NOT_ALLOWED',
    ]);
  });

  it('says why without inviting a retry', () => {
    const delivery = { mayHaveRun: true, mayRunTwice: false };
    const messages = (['NO_READY_REPLICA', 'SESSION_NOT_FOUND', 'ADAPTER_NOT_FOUND'] as const).map(
      (code) => safeAnswer(new GatewayError(code, { detail: 'GET /status says why' }), delivery).message,
    );
    const ran = 'The MCP server went away; the call may or may not have run';
    expect(messages).toEqual([
      `${ran}: the server has no ready replica`,
      `${ran}: the session has ended`,
      `${ran}: the adapter was removed, or you may not use it any more`,
    ]);
  });
});
