import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eraOf } from './era.js';

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
