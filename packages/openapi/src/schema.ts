import { componentOf, DocumentFault, isObject, type JsonObject, target } from './document.js';

/** Keywords whose value is a schema, a list of schemas, or schemas by a name (JSON Schema 2020-12, core §10 and §11). */
const SINGLE = new Set([
  'items', 'contains', 'additionalProperties', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties', 'contentSchema', 'not', 'if', 'then', 'else',
]);
const LIST = new Set(['prefixItems', 'allOf', 'anyOf', 'oneOf']);
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
/** Keywords of OpenAPI that mean nothing to a client of MCP. */
const LEFT_OUT = new Set(['discriminator', 'nullable', 'readOnly', 'writeOnly', '$schema']);

const MAX_SUBSCHEMAS = 2_000;
const MAX_IN_ALL = 50_000;
const MAX_PATTERN_CHARS = 512;

export interface SchemaBundle {
  /** The schema with each reference to a component as one to `#/$defs/…`. @throws DocumentFault */
  take(schema: unknown, path: readonly string[]): JsonObject | boolean;
  /** What the schemas refer to, for the `$defs` beside them; undefined when they refer to nothing. @throws DocumentFault */
  definitions(): JsonObject | undefined;
}

/**
 * Makes schemas of a document stand alone. References stay references, so that recursive schemas stay as they are and nothing
 * multiplies. Patterns that JSON Schema does not permit are left out: the server checks what they say.
 * @param all counts what the bundles of a document make together
 */
export function schemaBundle(document: JsonObject, all: { schemas: number }): SchemaBundle {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  /** The last number behind each base. */
  const numbers = new Map<string, number>();
  const waiting: { reference: string; name: string; path: readonly string[] }[] = [];
  const definitions: JsonObject = {};
  let count = 0;

  function nameOf(reference: string, path: readonly string[]): string {
    const known = names.get(reference);
    if (known !== undefined) return known;
    const base = componentOf(reference, path).slice(2).join('_').replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 128);
    let name = base;
    let number = numbers.get(base) ?? 1;
    while (taken.has(name)) name = `${base}_${(number += 1)}`;
    numbers.set(base, number);
    taken.add(name);
    names.set(reference, name);
    waiting.push({ reference, name, path });
    return name;
  }

  function rewrite(schema: unknown, path: readonly string[]): JsonObject | boolean {
    count += 1;
    all.schemas += 1;
    if (all.schemas > MAX_IN_ALL) {
      throw new DocumentFault('operations', [], `lead to more than ${MAX_IN_ALL} schemas together; choose fewer`);
    }
    if (count > MAX_SUBSCHEMAS) throw new DocumentFault('document', path, `leads to more than ${MAX_SUBSCHEMAS} schemas`);
    if (typeof schema === 'boolean') return schema;
    if (!isObject(schema)) throw new DocumentFault('document', path, 'must be a schema');
    const kept = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
      const at = [...path, key];
      if (key === '$ref') return [[key, `#/$defs/${nameOf(String(value), path)}`]];
      if (LEFT_OUT.has(key) || (key === 'pattern' && !isPattern(value))) return [];
      if (SINGLE.has(key)) return [[key, rewrite(value, at)]];
      if (LIST.has(key) && Array.isArray(value)) {
        return [[key, value.map((each, index) => rewrite(each, [...at, String(index)]))]];
      }
      return [[key, NAMED.has(key) && isObject(value) ? rewriteEach(key, value, at) : value]];
    });
    return Object.fromEntries(kept);
  }

  const rewriteEach = (key: string, schemas: JsonObject, path: readonly string[]): JsonObject =>
    Object.fromEntries(
      Object.entries(schemas).flatMap(([name, each]) =>
        key === 'patternProperties' && !isPattern(name) ? [] : [[name, rewrite(each, [...path, name])]],
      ),
    );

  return {
    take: rewrite,
    definitions() {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const { value, path } = target(document, next.reference, next.path);
        definitions[next.name] = rewrite(value, path);
      }
      return names.size === 0 ? undefined : definitions;
    },
  };
}

function isPattern(pattern: unknown): boolean {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN_CHARS) return false;
  try {
    return RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
