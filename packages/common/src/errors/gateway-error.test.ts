import { describe, expect, it } from '@jest/globals';
import { GatewayError } from './gateway-error.js';
import { errorCatalogue, type ErrorCode } from './catalogue.js';
import * as errors from './gateway-error.js';

describe('a named error', () => {
  const cause = new Error('the cause');
  it.each<[GatewayError, object]>([
    [errors.notFound('look there'), { code: 'NOT_FOUND', detail: 'look there' }],
    [errors.sessionNotFound(), { code: 'SESSION_NOT_FOUND', detail: undefined }],
    [
      errors.replicaOfSessionGone(cause),
      { code: 'SESSION_NOT_FOUND', detail: 'the replica that held it is gone', cause },
    ],
    [errors.methodNotAllowed('GET, HEAD'), { code: 'METHOD_NOT_ALLOWED', headers: { allow: 'GET, HEAD' } }],
    [errors.tooLarge(5), { code: 'TOO_LARGE', detail: 'the limit is 5 bytes' }],
    [errors.unavailable(), { code: 'UNAVAILABLE', detail: undefined, headers: {} }],
    [
      errors.unavailable('the database is unavailable', { retryAfterSeconds: 2, cause }),
      { detail: 'the database is unavailable', headers: { 'retry-after': '2' }, cause },
    ],
    [
      errors.invalidField('#/name', 'is required'),
      { code: 'INVALID_REQUEST', detail: '#/name is required', errors: [{ pointer: '#/name', detail: 'is required' }] },
    ],
    [errors.upstreamGone(cause, 'its stream broke'), { code: 'UPSTREAM_GONE', detail: 'its stream broke', cause }],
  ])('%s has its code, detail, headers and cause', (error, expected) => {
    expect(error).toMatchObject(expected);
  });

  it('is INTERNAL for an error outside the catalogue, and the error itself otherwise', () => {
    const known = errors.adapterNotFound();
    expect(errors.toGatewayError(known)).toBe(known);
    expect(errors.toGatewayError(cause)).toMatchObject({ code: 'INTERNAL', cause });
  });
});

const missing = Object.keys(errorCatalogue).filter((code) => /._NOT_FOUND$/.test(code) && code !== 'SESSION_NOT_FOUND');

it.each(missing as ErrorCode[])('%s says where the caller finds what it may use', (code) => {
  expect(new GatewayError(code, { reason: 'no rule permits it' })).toMatchObject({
    detail: expect.stringMatching(/^none has this (name|id), or .+; GET \/[a-z-]+ lists /),
  });
});
