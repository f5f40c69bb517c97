import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { invalidRequest, Problem, problemOf } from './problem.js';
import { errorCatalogue, type ErrorCode } from './catalogue.js';
import { GatewayError } from './gateway-error.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** The problem document for a value that fails the schema. */
function fieldErrors(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  if (!error) throw new Error('the value is valid');
  return (invalidRequest(error).errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe('a problem', () => {
  it.each(codes)('of %s has its status, its title and the place on the page of errors that explains it', (code) => {
    const problem = problemOf(new GatewayError(code));
    expect(problem).toMatchObject({
      type: `/errors#${code}`,
      title: errorCatalogue[code].title,
      status: errorCatalogue[code].status,
      code,
    });
    expect(Problem.parse(problem)).toStrictEqual(problem);
  });

  it('refers to the page of errors where clients see the gateway', () => {
    const { type } = problemOf(new GatewayError('NOT_FOUND'), { base: 'https://tools.example.com/gateway' });
    expect(type).toBe('https://tools.example.com/gateway/errors#NOT_FOUND');
  });

  it('has the advice for the client, and never the cause', () => {
    const errors = [{ pointer: '#/name', detail: 'is required' }];
    const cause = new Error('password=hunter2');
    const error = new GatewayError('INVALID_REQUEST', { detail: 'look here', errors, cause });
    expect(problemOf(error)).toMatchObject({ detail: 'look here', errors });
    expect(JSON.stringify(problemOf(error))).not.toContain('hunter2');
    expect(error.cause).toBe(cause);
    expect(error.message).toBe('The request is not valid: look here');
  });
});

describe('the catalogue of errors', () => {
  it.each(codes)('answers %s with an error status and a code that JSON-RPC leaves to us', (code) => {
    const { status, rpcCode, title, cause, remedy } = errorCatalogue[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(rpcCode === -32603 || (rpcCode <= -32000 && rpcCode >= -32019)).toBe(true);
    expect(title).toMatch(/^[A-Z]/);
    for (const sentence of [cause, remedy]) expect(sentence).toMatch(/^(GET )?[A-Z].*\.$/s);
  });
});

describe('the fields of an invalid request', () => {
  const Body = z.strictObject({
    list: z.array(z.strictObject({ name: z.string() })),
    map: z.record(z.string().regex(/^[a-z/~]+$/, 'must be a letter'), z.int()),
    kind: z.literal(['a', 'b']),
  });
  const valid = { list: [], map: {}, kind: 'a' };

  it('have pointers into lists', () => {
    expect(fieldErrors(Body, { ...valid, list: [{ name: 'a' }, { name: 1 }, {}] })).toEqual([
      '#/list/1/name must be a string',
      '#/list/2/name is required',
    ]);
  });

  it('have pointers with "/" and "~" escaped', () => {
    expect(fieldErrors(Body, { ...valid, map: { 'a/b~c': 'x' }, 'd~/e': 1 })).toEqual([
      '#/map/a~1b~0c must be a number',
      '#/d~0~1e is not a known field',
    ]);
  });

  it('differ for a bad name, a bad value and an unknown field', () => {
    expect(fieldErrors(Body, { list: [], map: { A: 1, b: 'x', c: 1.5 }, kind: 'c', more: 1, most: 2 })).toEqual([
      '#/map/A must be a letter',
      '#/map/b must be a number',
      '#/map/c must be a whole number',
      '#/kind must be one of a, b',
      '#/more is not a known field',
      '#/most is not a known field',
    ]);
  });

  it('are limited to fifty, and to five in the detail, which counts the others', () => {
    const unknown = Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`field${index}`, 1]));
    const { error } = Body.safeParse({ ...valid, ...unknown });
    const { errors, detail } = problemOf(invalidRequest(error as z.ZodError));
    expect(errors).toHaveLength(50);
    expect(detail).toMatch(/^#\/field0 is not a known field; .*#\/field4 is not a known field; and 79995 more$/);
  });

  it('are shortened when a name is longer than every valid name', () => {
    for (const within of ['body', 'query'] as const) {
      const { error } = Body.safeParse({ ...valid, ['x'.repeat(100_000)]: 1 });
      const problem = JSON.stringify(problemOf(invalidRequest(error as z.ZodError, { within })));
      expect(problem).toContain(`${'x'.repeat(256)}…`);
      expect(problem.length).toBeLessThan(1_000);
    }
  });

  it('are all in the detail when they are few', () => {
    const { error } = Body.safeParse({ list: 1, map: null, kind: 'a' });
    expect(invalidRequest(error as z.ZodError)).toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
      detail: '#/list must be an array; #/map must be an object',
    });
  });

  it('do not repeat the value, which may be a secret', () => {
    const { error } = Body.safeParse({ ...valid, map: { a: 'hunter2' } });
    expect(JSON.stringify(problemOf(invalidRequest(error as z.ZodError)))).not.toContain('hunter2');
  });
});
