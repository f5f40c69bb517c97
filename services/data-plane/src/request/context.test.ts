import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { openContext, type RequestObserver } from './context.js';

function openRequest(observers: readonly RequestObserver[] = []) {
  const res = new EventEmitter();
  const req = { headers: {}, socket: {} };
  return { res, context: openContext(req as IncomingMessage, res as ServerResponse, observers) };
}

it('releases at the end of a request, the last step first and each once', () => {
  const released: string[] = [];
  const { res, context } = openRequest([{ ended: () => void released.push('observer') }]);
  for (const step of ['first', 'last']) context.defer(() => void released.push(step));
  expect(released).toEqual([]);
  res.emit('close');
  res.emit('close');
  expect(released).toEqual(['last', 'first', 'observer']);
});

it('releases at once what a step takes after the client has left', () => {
  const { res, context } = openRequest();
  res.emit('close');
  let isReleased = false;
  context.defer(() => (isReleased = true));
  expect(isReleased).toBe(true);
});
