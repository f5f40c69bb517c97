import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { invalidRequest } from '../errors/index.js';
import { AdapterRequest, AdapterSpec } from './adapter.js';
import { fieldsAt, normalizeFieldNames } from './fields.js';

const MINIMAL = { name: 'echo', imageName: 'mcp-example', imageVersion: '1.0.0' };
const SERVER = {
  id: '7d3f0c52-0b8f-4a53-9d3b-6a0c9f3a3c11',
  generation: 3,
  createdBy: 'alice',
  createdAt: '2026-01-01T00:00:00.000Z',
  lastUpdatedAt: '2026-01-01T00:00:00.000Z',
};

function refusals(body: unknown): string[] {
  const { error } = AdapterRequest.safeParse(body);
  const errors = error ? invalidRequest(error, { schema: AdapterRequest }).errors : [];
  return (errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe('the body of a request', () => {
  it('may contain the fields of the gateway, which the spec leaves out', () => {
    const { spec, read } = AdapterRequest.parse({ ...MINIMAL, ...SERVER });
    expect(spec).toStrictEqual(AdapterSpec.parse(MINIMAL));
    expect(read).toStrictEqual({ id: SERVER.id, generation: 3 });
  });

  it.each(Object.keys(SERVER))('may have any value in %s, such as the one of another gateway', (field) => {
    for (const value of [7, 'x', {}, [], null]) {
      expect(AdapterRequest.parse({ ...MINIMAL, [field]: value }).spec).toStrictEqual(AdapterSpec.parse(MINIMAL));
    }
  });

  it('may spell field names in any case at every level', () => {
    const { spec } = AdapterRequest.parse({
      NAME: 'echo',
      ImageName: 'mcp-example',
      imageversion: '1.0.0',
      HealthCheck: { Path: '/up' },
      Resources: { Limits: { CPU: '1' } },
      SecretEnvironment: { Token: { Secret: 'echo', KEY: 'token' } },
      ID: 'x',
      CreatedBy: 'y',
    });
    expect(spec).toStrictEqual(
      AdapterSpec.parse({
        ...MINIMAL,
        healthCheck: { path: '/up' },
        resources: { limits: { cpu: '1' } },
        secretEnvironment: { Token: { secret: 'echo', key: 'token' } },
      }),
    );
  });

  it('keeps the case of names that the caller chooses', () => {
    const variables = { path_TO: '1', PATH_to: '2', Name: '3', ImageName: '4' };
    const { spec } = AdapterRequest.parse({ ...MINIMAL, environmentVariables: variables });
    expect(spec.environmentVariables).toStrictEqual(variables);
  });

  it('may have null for an absent field', () => {
    const nulls = Object.fromEntries(Object.keys(AdapterSpec.shape).map((field) => [field, null]));
    expect(AdapterRequest.parse({ ...nulls, ...MINIMAL, healthCheck: { PATH: null } }).spec).toStrictEqual(
      AdapterSpec.parse(MINIMAL),
    );
    expect(refusals({ ...MINIMAL, name: null })).toEqual(['#/name is required']);
    expect(refusals({ ...MINIMAL, environmentVariables: { A: null } })).toEqual([
      '#/environmentVariables/A must be a string',
    ]);
  });

  it.each([
    [{ ImageName: 'other' }, '#/ImageName is the same field as "imageName"; send one of them'],
    [{ ImageName: null }, '#/ImageName is the same field as "imageName"; send one of them'],
    [{ healthCheck: { path: '/a', PATH: '/b' } }, '#/healthCheck/PATH is the same field as "path"; send one of them'],
    [{ ID: 1, id: 2 }, '#/id is the same field as "id"; send one of them'],
  ])('may not have a field twice, as %j', (more, ...expected) => {
    expect(refusals({ ...MINIMAL, ...more })).toEqual(expected);
  });

  it.each([
    [{ replicas: 2 }, '#/replicas is not a known field; did you mean "replicaCount"?'],
    [{ env: {} }, '#/env is not a known field; did you mean "environmentVariables"?'],
    [{ healthCheck: { paht: '/' } }, '#/healthCheck/paht is not a known field; did you mean "path"?'],
    [{ resources: { limit: {} } }, '#/resources/limit is not a known field; did you mean "limits"?'],
    [
      { secretEnvironment: { A: { secret: 'a', key: 'b', keys: 'c' } } },
      '#/secretEnvironment/A/keys is not a known field; did you mean "key"?',
    ],
    [{ extra: null }, '#/extra is not a known field'],
    [JSON.parse('{"__proto__": 1}'), '#/__proto__ is not a known field'],
    [{ ['replicas'.repeat(100)]: 1 }, `#/${'replicas'.repeat(32)}… is not a known field`],
  ])('suggests a known field for an unknown one: %j', (more: object, ...expected) => {
    const body = JSON.parse(`${JSON.stringify(MINIMAL).slice(0, -1)},${JSON.stringify(more).slice(1)}`) as unknown;
    expect(refusals(body)).toEqual(expected);
  });
});

describe('the fields of a schema', () => {
  it('are not searched in an object or list with too many entries', () => {
    const entries = Array.from({ length: 1_001 }, (_, at) => [`field${at}`, 1]);
    const [many, list] = [Object.fromEntries(entries) as object, Array.from({ length: 1_001 }, () => ({ ONE: 'a' }))];
    expect(normalizeFieldNames(Outer, many, { addIssue() {} } as never)).toBe(many);
    expect(normalizeFieldNames(Outer, { list }, { addIssue() {} } as never)).toEqual({ list });
  });

  const Inner = z.strictObject({ one: z.string().optional() });
  const Outer = z.strictObject({
    list: z.array(Inner.nullable()).default([]),
    map: z.preprocess((value) => value, z.record(z.string(), Inner.optional())),
    text: z.string().transform(Number).pipe(z.number()),
    either: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('a'), left: z.string() }),
        z.strictObject({ type: z.literal('b'), right: z.string() }),
      ])
      .optional(),
  });

  it.each([
    [[], ['list', 'map', 'text', 'either']],
    [['either'], ['type', 'left', 'right']],
    [['list', 0], ['one']],
    [['map', 'any'], ['one']],
    [['map'], []],
    [['text'], []],
    [['unknown', 'more'], []],
    [['toString'], []],
  ])('are found at %j', (path, fields) => {
    expect(Object.keys(fieldsAt(Outer, path))).toEqual(fields);
  });

  it.each([null, 'text', 7, [1], { list: 'x', map: [] }, { list: [null, 1, [{ ONE: 1 }]] }])(
    'are absent from %j, which stays as it is',
    (input) => {
      expect(normalizeFieldNames(Outer, input, { addIssue() {} } as never)).toEqual(input);
    },
  );
});
