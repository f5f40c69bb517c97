import { expect, it } from '@jest/globals';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { endpointStates } from './gauges.js';

const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  url: 'http://a',
  path: '/mcp',
  ready: true,
  ...more,
});

it('counts each endpoint once, in its most important state', () => {
  const endpoints = [
    endpoint('1'),
    endpoint('2'),
    endpoint('failing'),
    endpoint('unready', { ready: false }),
    endpoint('draining', { draining: true }),
    endpoint('draining-2', { draining: true, ready: false }),
  ];
  const ejected = new Set(['failing', 'unready', 'draining', 'of another adapter']);
  expect(endpointStates(endpoints, ejected)).toEqual({ ready: 2, ejected: 1, unready: 1, draining: 2 });
});

it('counts no endpoint where there is none', () => {
  expect(endpointStates([], new Set())).toEqual({ ready: 0, ejected: 0, unready: 0, draining: 0 });
});
