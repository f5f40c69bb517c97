import { describe, expect, it } from '@jest/globals';
import { schemaFault } from './schema-faults.js';

const object = (more: object) => ({ type: 'object', ...more });
const place = (schema: object) => schemaFault({ ...schema })?.path.join('/');
const REF = { $ref: '#/$defs/a' };

describe('a JSON Schema of a tool', () => {
  it.each<[what: string, schema: object]>([
    ['without properties', object({})],
    [
      'of 2020-12 by name',
      object({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://x.example/a' }),
    ],
    ['that refers to a definition', object({ properties: { a: REF }, $defs: { a: { type: 'string' } } })],
    ['that refers to a part of itself', object({ properties: { a: {}, b: { $ref: '#/properties/a' } } })],
    ['that refers to an anchor', object({ properties: { a: { $ref: '#x' } }, $defs: { x: { $anchor: 'x' } } })],
    ['of a tree', object({ properties: { children: { type: 'array', items: { $ref: '#' } } } })],
    [
      'with a name that needs escapes',
      object({ properties: { a: { $ref: '#/$defs/a~1b%20c' } }, $defs: { 'a/b c': {} } }),
    ],
    [
      'whose data looks like keywords',
      object({ properties: { $ref: {}, $id: {} }, const: { $ref: 'https://x.example' }, default: { $id: 1 } }),
    ],
    ['with keywords of its own', object({ 'x-mcp-header': true, properties: { a: { format: 'city' } } })],
    ['with boolean schemas', object({ additionalProperties: false, properties: { a: true } })],
  ])('is accepted: one %s', (_what, schema) => {
    expect(schemaFault({ ...schema })).toBeUndefined();
  });

  it.each<[what: string, schema: object, path: string, message: RegExp]>([
    ['of another dialect', object({ $schema: 'http://json-schema.org/draft-07/schema#' }), '$schema', /must be "https/],
    ['that is none', object({ properties: { a: { type: 'text' } } }), 'properties/a/type', /is no JSON Schema/],
    ['with a list as schema', object({ properties: { a: [] } }), 'properties/a', /is no JSON Schema/],
    [
      'that refers elsewhere',
      object({ properties: { a: { $ref: 'https://x.example/s' } } }),
      'properties/a/$ref',
      /stand alone/,
    ],
    ['that refers to a file', object({ items: { $ref: 'file:///etc/passwd' } }), 'items/$ref', /stand alone/],
    ['that refers to nothing', object({ properties: { a: REF } }), 'properties/a/$ref', /names no subschema/],
    [
      'that refers into data',
      object({ const: { a: {} }, not: { $ref: '#/const/a' } }),
      'not/$ref',
      /names no subschema/,
    ],
    ['that refers with a bad escape', object({ not: { $ref: '#/%E0%A4%A' } }), 'not/$ref', /names no subschema/],
    [
      'with a base of its own inside',
      object({ $defs: { a: { $id: 'https://x.example' } } }),
      '$defs/a/$id',
      /root only/,
    ],
    [
      'with a pattern that is none',
      object({ properties: { a: { pattern: '(' } } }),
      'properties/a/pattern',
      /regular expression/,
    ],
    [
      'with a name pattern that is none',
      object({ patternProperties: { '[': {} } }),
      'patternProperties/[',
      /regular expression/,
    ],
    ['with a long pattern', object({ not: { pattern: 'a'.repeat(513) } }), 'not/pattern', /at most 512/],
    ['that applies itself', object({ allOf: [{ $ref: '#' }] }), '', /without end/],
    [
      'that applies itself in turn',
      object({ ...REF, $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: REF } } }),
      '$defs/a',
      /without end/,
    ],
    ['with too many subschemas', object({ anyOf: Array.from({ length: 2_001 }, () => ({})) }), '', /at most 2000/],
  ])('is refused: one %s', (_what, schema, path, message) => {
    expect(place(schema)).toBe(path);
    expect(schemaFault({ ...schema })?.message).toMatch(message);
  });

  it.each(['properties', 'allOf'])('is refused when its references multiply below %s', (keyword) => {
    const twice = (at: number) =>
      keyword === 'allOf'
        ? { allOf: [{ $ref: `#/$defs/a${at}` }, { $ref: `#/$defs/a${at}` }] }
        : { properties: { x: { $ref: `#/$defs/a${at}` }, y: { $ref: `#/$defs/a${at}` } } };
    const $defs = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`a${at}`, at === 59 ? {} : twice(at + 1)]));
    expect(schemaFault({ type: 'object', ...twice(0), $defs })?.message).toMatch(/references multiply/);
  });
});
