import { describe, expect, it } from '@jest/globals';
import type { OperationPlan, ParameterPlan } from '@mcp-gateway/common/contracts';
import { ArgumentFault, requestFor } from './request.js';

const parameter = (more: Partial<ParameterPlan>): ParameterPlan => ({
  argument: 'v',
  name: 'v',
  in: 'query',
  style: 'form',
  explode: true,
  ...more,
});
const planOf = (parameters: ParameterPlan[], more: Partial<OperationPlan> = {}): OperationPlan => ({
  method: 'GET',
  path: '/api/pets',
  parameters,
  ...more,
});
const inPath = planOf([parameter({ in: 'path', style: 'simple', explode: false })], { path: '/api/pets/{v}/tags' });

describe('a query', () => {
  const list = ['a b', 'c&d'];
  const object = { x: 1, 'y[': 'z=' };
  it.each<[written: string, style: ParameterPlan['style'], explode: boolean, value: unknown]>([
    ['v=a%20b&v=c%26d', 'form', true, list],
    ['v=a%20b,c%26d', 'form', false, list],
    ['x=1&y%5B=z%3D', 'form', true, object],
    ['v=x,1,y%5B,z%3D', 'form', false, object],
    ['v=a%20b%20c%26d', 'spaceDelimited', false, list],
    ['v=a%20b%7Cc%26d', 'pipeDelimited', false, list],
    ['v%5Bx%5D=1&v%5By%5B%5D=z%3D', 'deepObject', true, object],
    ['v=%7B%22x%22%3A1%2C%22y%5B%22%3A%22z%3D%22%7D', 'json', false, object],
    ['v=', 'form', true, null],
    ['v=false', 'form', true, false],
    ['v=%F0%9F%90%88%27%28%29', 'form', true, "🐈'()"],
  ])('%s is %s with explode %s', (written, style, explode, value) => {
    expect(requestFor(planOf([parameter({ style, explode })]), { v: value }).path).toBe(`/api/pets?${written}`);
  });

  it('has nothing of what is absent or empty, and no argument that is inherited', () => {
    const plan = planOf([parameter({}), parameter({ argument: 'constructor', name: 'constructor' })]);
    expect(requestFor(plan, { v: [] }).path).toBe('/api/pets');
    expect(requestFor(plan, {}).path).toBe('/api/pets');
  });
});

describe('a part of the path', () => {
  it.each<[written: string, value: unknown]>([
    ['7', 7],
    ['a%2Fb', 'a/b'],
    ['a%3Fb%23c', 'a?b#c'],
    ['%40evil.example', '@evil.example'],
    ['a,b%2Cc', ['a', 'b,c']],
    ['%25', '%'],
    ['...', '...'],
    ['%24%26', '$&'],
    ['%7Bv%7D', '{v}'],
  ])('%s stands for %j', (written, value) => {
    expect(requestFor(inPath, { v: value }).path).toBe(`/api/pets/${written}/tags`);
  });

  it.each([
    ['..'],
    ['.'],
    ['../admin'],
    ['a/../../admin'],
    ['..\\admin'],
    ['%2e%2e'],
    ['%2E%2E%2Fadmin'],
    ['%252e%252e%252fadmin'],
    ['..;/admin'],
    [['..', 'x'].join('/')],
    ['a\r\nHost: evil.example'],
    ['a\0'],
    ['%00'],
    [''],
    [undefined],
    ['\ud800'],
  ])('is refused: %j', (value) => {
    expect(() => requestFor(inPath, { v: value })).toThrow(ArgumentFault);
  });

  it('cannot be completed to another path by two values', () => {
    const both = planOf(
      [parameter({ in: 'path', style: 'simple', name: 'v' }), parameter({ in: 'path', style: 'simple', name: 'w', argument: 'w' })],
      { path: '/api/{v}{w}/secret' },
    );
    expect(requestFor(both, { v: 'a', w: 'b' }).path).toBe('/api/ab/secret');
    expect(() => requestFor(both, { v: 'a/', w: 'b' })).not.toThrow();
    const dots = { ...both, path: '/api/.{v}/{w}' };
    expect(() => requestFor(dots, { v: '/x', w: 'y' })).not.toThrow();
    expect(() => requestFor({ ...both, path: '/api/%2{v}/{w}' }, { v: 'e', w: 'y' })).toThrow(ArgumentFault);
  });
});

describe('headers and cookies', () => {
  it('carry values', () => {
    const plan = planOf([
      parameter({ in: 'header', style: 'simple', name: 'X-Page', explode: false }),
      parameter({ in: 'cookie', name: 'a b', argument: 'c' }),
    ]);
    expect(requestFor(plan, { v: ['1', '2'], c: 'x; admin=1' }).headers).toEqual({
      accept: 'application/json, */*;q=0.5',
      'x-page': '1,2',
      cookie: 'a%20b=x%3B%20admin%3D1',
    });
  });

  it.each(['a\r\nX-Admin: 1', 'a\nb', 'a\0', 'ü', 'x'.repeat(9_000)])('refuse %j', (value) => {
    const plan = planOf([parameter({ in: 'header', style: 'simple', name: 'X-Page' })]);
    expect(() => requestFor(plan, { v: value })).toThrow(/v must be printable ASCII characters/);
  });
});

describe('a body', () => {
  const properties: [string, string][] = [
    ['a', 'a'],
    ['b_body', 'b'],
  ];
  const body = (encoding: 'json' | 'form' | 'text', contentType: string, more: object) =>
    planOf([], { method: 'POST', body: { encoding, contentType, required: false, ...more } });

  it.each<[written: string | undefined, plan: OperationPlan, given: Record<string, unknown>]>([
    ['{"a":1,"b":[2]}', body('json', 'application/json', { properties }), { a: 1, b_body: [2] }],
    [undefined, body('json', 'application/json', { properties }), {}],
    ['{}', body('json', 'application/json', { properties, required: true }), {}],
    ['[1]', body('json', 'application/json', { argument: 'body' }), { body: [1] }],
    ['null', body('json', 'application/json', { argument: 'body' }), { body: null }],
    ['a=1+2&b=x&b=%7B%22y%22%3A%26%7D'.replace('%26', '1'), body('form', 'application/x-www-form-urlencoded', { properties }), { a: '1 2', b_body: ['x', { y: 1 }] }],
    ['plain', body('text', 'text/plain', { argument: 'body' }), { body: 'plain' }],
  ])('%s', (written, plan, given) => {
    const request = requestFor(plan, given);
    expect(request.body).toBe(written);
    expect(request.headers['content-type']).toBe(written === undefined ? undefined : plan.body?.contentType);
  });
});

it('makes no URL beyond 16,384 characters', () => {
  expect(() => requestFor(planOf([parameter({})]), { v: 'x'.repeat(17_000) })).toThrow(/too long/);
});
