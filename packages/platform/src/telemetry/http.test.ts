import { expect, it } from '@jest/globals';
import { methodLabel, statusClass } from './http.js';

it.each([
  [200, '2xx'],
  [299, '2xx'],
  [101, '1xx'],
  [304, '3xx'],
  [404, '4xx'],
  [503, '5xx'],
  [600, 'none'],
  [undefined, 'none'],
])('the status %s counts as %s', (status, label) => {
  expect(statusClass(status)).toBe(label);
});

it.each([
  ['GET', 'GET'],
  ['DELETE', 'DELETE'],
  ['PROPFIND', 'other'],
  ['get', 'other'],
  [undefined, 'other'],
])('the method %s counts as %s', (method, label) => {
  expect(methodLabel(method)).toBe(label);
});
