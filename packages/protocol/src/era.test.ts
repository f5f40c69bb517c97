import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eraOf, eraOfMessage, isContradictory } from './era.js';
import { readMessage } from './json-rpc.js';

const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };

const table: [what: string, method: string | undefined, headers: IncomingHttpHeaders, era: string][] = [
  ['a POST with its version and method', 'POST', modern, 'modern'],
  ['a POST of a later version', 'POST', { ...modern, 'mcp-protocol-version': '2027-01-01' }, 'modern'],
  ['a POST of the version before', 'POST', { ...modern, 'mcp-protocol-version': '2025-11-25' }, 'legacy'],
  ['a POST of the day before', 'POST', { ...modern, 'mcp-protocol-version': '2026-07-27' }, 'legacy'],
  ['a POST of the first version', 'POST', { ...modern, 'mcp-protocol-version': '2024-11-05' }, 'legacy'],
  ['a POST of an empty version', 'POST', { ...modern, 'mcp-protocol-version': '' }, 'legacy'],
  ['a POST without a version', 'POST', { 'mcp-method': 'tools/call' }, 'legacy'],
  ['a POST without a method header', 'POST', { 'mcp-protocol-version': '2026-07-28' }, 'legacy'],
  ['a POST with nothing', 'POST', {}, 'legacy'],
  ['a POST with a session as well', 'POST', { ...modern, 'mcp-session-id': 'x' }, 'modern'],
  ['an initialize that names a modern version', 'POST', { ...modern, 'mcp-method': 'initialize' }, 'legacy'],
  ['a GET', 'GET', modern, 'legacy'],
  ['a DELETE', 'DELETE', modern, 'legacy'],
  ['no method', undefined, modern, 'legacy'],
];

describe('the era of a request', () => {
  it.each(table)('%s', (_what, method, headers, era) => {
    expect(eraOf(method, headers)).toBe(era);
  });
});

it.each([
  [{ 'mcp-protocol-version': '2026-07-28' }, true],
  [{ ...modern }, false],
  [{ 'mcp-protocol-version': '2025-11-25' }, false],
  [{}, false],
])('detects contradicting headers: %j', (headers, expected) => {
  expect(isContradictory('POST', headers)).toBe(expected);
  expect(isContradictory('GET', headers)).toBe(false);
});

const named = (version: unknown) => ({ _meta: { 'io.modelcontextprotocol/protocolVersion': version } });

describe('the era of a message', () => {
  it.each([
    [{ id: 1, method: 'tools/list', params: named('2026-07-28') }, 'modern'],
    [{ method: 'notifications/cancelled', params: named('2026-07-28') }, 'modern'],
    [{ id: 1, method: 'tools/list', params: named('2025-11-25') }, 'legacy'],
    [{ id: 1, method: 'tools/list', params: named(20260728) }, 'legacy'],
    [{ id: 1, method: 'initialize', params: named('2026-07-28') }, 'legacy'],
    [{ id: 1, method: 'tools/list', params: { _meta: null } }, 'legacy'],
    [{ id: 1, method: 'tools/list', params: { _meta: 'x' } }, 'legacy'],
    [{ id: 1, method: 'tools/list' }, 'legacy'],
    [{ id: 1, result: {} }, 'legacy'],
    ['no message', 'legacy'],
  ])('%j', (message, era) => {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    expect(eraOfMessage(readMessage(text))).toBe(era);
  });
});
