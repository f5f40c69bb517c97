import { expect, it } from '@jest/globals';
import { faultsOf, type JsonSchema } from './validator.js';

const object = (properties: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'object', properties, ...more });
const text = { type: 'string' };

it.each<[schema: JsonSchema, value: unknown, faults: string | undefined]>([
  [object({ city: text }), { city: 'Oslo', days: 1 }, undefined],
  [object({ city: text }, { required: ['city'] }), {}, 'arguments.city is required'],
  [object({ days: { type: 'integer', minimum: 1 } }), { days: 0 }, 'arguments.days must be >= 1'],
  [
    object({ at: { type: 'array', items: object({ x: text }) } }),
    { at: [{ x: 1 }] },
    'arguments.at[0].x must be string',
  ],
  [object({ 'a/b~c': text }), { 'a/b~c': 1 }, 'arguments.a/b~c must be string'],
  [object({ unit: { enum: ['C', 'F'] } }), { unit: 'K' }, 'arguments.unit must be one of "C", "F"'],
  [object({ unit: { const: 1 } }), { unit: 2 }, 'arguments.unit must be 1'],
  [object({}, { additionalProperties: false }), { x: 1 }, 'arguments must not have "x"'],
  [object({ a: text, b: text }), { a: 1, b: 2 }, 'arguments.a must be string; arguments.b must be string'],
  [{ type: 'object' }, 'text', 'arguments must be object'],
  [object({ a: { $ref: '#/$defs/a' } }, { $defs: { a: text } }), { a: 1 }, 'arguments.a must be string'],
  [object({ a: text }, { $schema: 'http://json-schema.org/draft-07/schema#' }), { a: 1 }, 'arguments.a must be string'],
  // Two patterns of one schema are two.
  [
    object({ a: { pattern: '^a$' }, b: { pattern: '^b$' } }),
    { a: 'a', b: 'a' },
    'arguments.b must match pattern "^b$"',
  ],
  // What a validator does not know, the server checks.
  [object({ a: { pattern: '(?=x)y' } }), { a: 'z' }, undefined],
  [object({ a: text }, { $schema: 'urn:of-a-later-time' }), { a: 1 }, undefined],
  [object({ a: { $ref: 'https://example.com/schema' } }), { a: 1 }, undefined],
  [object({ a: { format: 'email' } }), { a: 'no address' }, undefined],
])('%j with %j: %s', (schema, value, faults) => expect(faultsOf(schema, value, 'arguments')).toBe(faults));

/** Each definition names the next one twice. */
const doubling = (levels: number): JsonSchema => {
  const $defs: Record<string, unknown> = { [`d${levels}`]: text };
  for (let i = 0; i < levels; i += 1) {
    $defs[`d${i}`] = { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] };
  }
  return { $ref: '#/$defs/d0', $defs };
};

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

it.each<[what: string, schema: JsonSchema, value: unknown, faults: string | undefined]>([
  ['references that multiply', doubling(40), 1, undefined],
  ['a schema that refers to itself', { $ref: '#' }, 1, undefined],
  ['a schema that refers to itself for a part', { items: { $ref: '#' } }, nested(60), undefined],
  ['a value that is nested deeply', {}, nested(65), 'arguments must not be nested more than 64 levels deep'],
  [
    'a pattern that backtracks',
    { pattern: '^(a+)+$' },
    `${'a'.repeat(30_000)}!`,
    'arguments must match pattern "^(a+)+$"',
  ],
  [
    'items that are compared in pairs',
    { uniqueItems: true },
    Array.from({ length: 9_000 }, (_, i) => ({ i })),
    tooMany(),
  ],
  [
    'many values of a large schema',
    { items: { anyOf: Array.from({ length: 400 }, () => ({ const: 1 })) } },
    Array(9_000).fill(2),
    tooMany(),
  ],
  // What would take long to compile or to compare, the server checks.
  ['a property that requires thousands', { dependentRequired: { a: names(4_000) } }, { a: 1 }, undefined],
  ['thousands that require one', object({}, { dependencies: each(4_000, ['a']) }), { n1: 1 }, undefined],
  ['a thousand patterns of properties', { patternProperties: each(1_000, {}), type: 'array' }, { n1: 1 }, undefined],
  ['thousands of properties', object(each(6_000, text)), { n1: 1 }, undefined],
  ['thousands of required ones', object({}, { required: names(4_000) }), {}, undefined],
  [
    'thousands of objects that are permitted',
    { items: { enum: names(3_000).map((x) => ({ x })) } },
    Array.from({ length: 2_000 }, () => ({ x: 'none' })),
    undefined,
  ],
  [
    'an object that is required and large',
    { items: { const: { x: names(2_000) } } },
    Array.from({ length: 100 }, () => ({ x: names(2_000) })),
    undefined,
  ],
  ['as many properties as are checked', object(each(600, text)), { n1: 1 }, 'arguments.n1 must be string'],
  [
    'as many keywords as are checked',
    { allOf: Array.from({ length: 300 }, (_, i) => ({ type: 'object', minProperties: 0, maxProperties: 9 + i })) },
    1,
    'arguments must be object',
  ],
])('%s takes little time', (_what, schema, value, faults) => {
  const begin = performance.now();
  expect(faultsOf(schema, value, 'arguments')).toBe(faults);
  expect(performance.now() - begin).toBeLessThan(5_000); // they would take hours
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `n${i}`);
}

function each(count: number, value: unknown): JsonSchema {
  return Object.fromEntries(names(count).map((name) => [name, value]));
}

function tooMany() {
  return 'arguments must have fewer values: they are too many to be checked';
}

it('refuses texts whose patterns take too long, and forgets them with the next value', () => {
  const schema = { properties: { a: { pattern: '^(?:a?){1000}a{1000}$' } } };
  expect(faultsOf(schema, { a: 'a'.repeat(20_000) }, 'arguments')).toContain('must have shorter texts');
  expect(faultsOf(schema, { a: 'b' }, 'arguments')).toContain('arguments.a must match');
});
