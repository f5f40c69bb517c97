import { describe, expect, it } from '@jest/globals';
import { sessionHeaders, withoutBodyHeaders } from './call.js';

const OF_THE_CLIENT = [
  'X-Mcp-UserId',
  'alice',
  'User-Agent',
  'client/1',
  'Traceparent',
  '00-1-2-01',
  'Host',
  'example.com',
];
const OF_THE_BODY = [
  'Content-Encoding',
  'gzip',
  'CONTENT-TYPE',
  'application/json',
  'Content-Digest',
  'a',
  'Digest',
  'b',
];
const OF_THE_MESSAGE = ['Mcp-Method', 'tools/call', 'Mcp-Name', 'pay', 'Mcp-Session-Id', 's', 'Idempotency-Key', 'c'];
const OF_THE_ANSWER = ['Accept-Encoding', 'br', 'If-None-Match', '"d"', 'Range', 'bytes=0-1', 'Want-Digest', 'e'];

describe('client headers', () => {
  it('are added to a message of the gateway when they describe the client', () => {
    const all = [...OF_THE_BODY, ...OF_THE_CLIENT, ...OF_THE_MESSAGE, ...OF_THE_ANSWER];
    expect(sessionHeaders(all)).toEqual(OF_THE_CLIENT);
  });

  it('are repeated without the body, except those that describe the body', () => {
    const others = [...OF_THE_CLIENT, ...OF_THE_MESSAGE, ...OF_THE_ANSWER];
    expect(withoutBodyHeaders([...OF_THE_BODY, ...others])).toEqual(others);
  });
});
