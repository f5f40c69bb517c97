import { expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { rpcErrorBody } from './json-rpc.js';

it('writes a JSON-RPC error without an id, with a machine-readable code', () => {
  expect(JSON.parse(rpcErrorBody(new GatewayError('SESSION_NOT_FOUND'), 'r-1'))).toStrictEqual({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32004,
      message: 'There is no such session; initialize a new one',
      data: { code: 'SESSION_NOT_FOUND', requestId: 'r-1' },
    },
  });
});

it('answers the request, or each request of a batch', () => {
  const idsOf = (requestId: string | number | (string | number)[]) => {
    const answer = JSON.parse(rpcErrorBody(new GatewayError('UPSTREAM_GONE', { rpcId: requestId }), 'r-1')) as {
      id: unknown;
    };
    return Array.isArray(answer) ? answer.map(({ id }: { id: unknown }) => id) : answer.id;
  };
  expect(idsOf(0)).toBe(0);
  expect(idsOf(['a', 2])).toEqual(['a', 2]);
  expect(idsOf(['a'])).toEqual(['a']);
});

it('answers a request whose id is not a safe integer with the exact id', () => {
  const error = new GatewayError('UPSTREAM_GONE', { rpcId: 9007199254740993n });
  expect(rpcErrorBody(error, 'r-1')).toContain('"id":9007199254740993,');
});

it('says what to do, and hides the internal cause', () => {
  const error = new GatewayError('UNAVAILABLE', { detail: 'try again', cause: new Error('password=hunter2') });
  expect(rpcErrorBody(error, 'r-1')).toContain('"A part that this request needs is not available: try again"');
  expect(rpcErrorBody(error, 'r-1')).not.toContain('hunter2');
});
