import { expect, it } from '@jest/globals';
import { messagesPath, messagesUrl, sealedIdOf } from './paths.js';
import { streamPath } from '../upstream/redirects.js';

it.each([
  ['/mcp', '/sse'],
  ['/sse', '/sse'],
  ['/', '/sse'],
  ['/mcp/', '/sse'],
  ['/sse/', '/sse'],
  ['/api/v1/mcp/', '/api/v1/sse'],
  ['/api/v1/mcp', '/api/v1/sse'],
])('the stream beside %s is at %s', (path, stream) => {
  expect(streamPath(path)).toBe(stream);
});

it.each([
  ['/message?sessionId=1', '/message?sessionId=1'],
  ['messages/?session_id=a%2Fb', '/api/messages/?session_id=a%2Fb'],
  ['?s=1', '/api/sse?s=1'],
  ['http://127.0.0.1:3001/message', '/message'],
  ['https://elsewhere.example/message?a', '/message?a'],
  ['//elsewhere.example/message', '/message'],
  ['/a/../b', '/b'],
])('messages for %s go to %s on the same server', (uri, path) => {
  expect(messagesPath(uri, 'http://127.0.0.1:9000/api/sse')).toBe(path);
});

it.each(['javascript:alert(1)', 'x:http://elsewhere.example/message'])('rejects %s as a URL for messages', (uri) => {
  expect(() => messagesPath(uri, 'http://127.0.0.1:9000/api/sse')).toThrow(TypeError);
});

it('finds the sealed id in a rewritten URL', () => {
  expect(messagesUrl('echo', 'abc-_9')).toBe('/adapters/echo/messages?sessionId=abc-_9');
  expect(sealedIdOf('?sessionId=abc-_9')).toBe('abc-_9');
  expect(sealedIdOf('')).toBe('');
});
