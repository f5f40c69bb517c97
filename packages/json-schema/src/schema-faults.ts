import { Ajv2020 } from 'ajv/dist/2020.js';

/** What is wrong with a JSON Schema, and where in it. */
export interface SchemaFault {
  path: string[];
  message: string;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const MAX_SUBSCHEMAS = 2_000;
/** Subschemas with every reference replaced by what it names: what a validator may have to visit. */
const MAX_EXPANDED = 20_000;
const MAX_PATTERN_CHARS = 512;

/** Keywords whose value is a schema, a list of schemas, or schemas by a name (JSON Schema 2020-12, core §10 and §11). */
const SINGLE = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
];
const SINGLE_IN_PLACE = ['not', 'if', 'then', 'else'];
const LIST = ['prefixItems'];
const LIST_IN_PLACE = ['allOf', 'anyOf', 'oneOf'];
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions'];
const NAMED_IN_PLACE = ['dependentSchemas', 'dependencies'];
const DEFINITIONS = ['$defs', 'definitions'];

type Schema = Record<string, unknown>;

interface Subschema {
  schema: Schema;
  path: string[];
  /** `inPlace`: applies to the same value; the others apply to a part of it, or where a reference names them. */
  children: { subschema: Subschema; use: 'inPlace' | 'part' | 'definition' }[];
}

/** Only the meta-schema is compiled. No code comes from a schema that a caller has sent. */
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

/**
 * The first fault of a JSON Schema that somebody else wrote; undefined when it is one of 2020-12 that stands alone and is of
 * bounded size with all references replaced. Whoever validates a value with it bounds depth and time: a pattern may backtrack,
 * and a schema may name itself for parts of the value. The caller has bounded its size and its depth.
 */
export function schemaFault(schema: Schema): SchemaFault | undefined {
  const { $schema } = schema;
  if ($schema !== undefined && $schema !== DIALECT && $schema !== `${DIALECT}#`) {
    return { path: ['$schema'], message: `must be "${DIALECT}", or absent` };
  }
  if (ajv.validateSchema(schema) !== true) {
    const [error] = ajv.errors ?? [];
    return { path: pointerParts(error?.instancePath ?? ''), message: `is no JSON Schema: ${error?.message}` };
  }
  const all: Subschema[] = [];
  const root = collect(schema, [], all);
  if (all.length > MAX_SUBSCHEMAS) return { path: [], message: `must have at most ${MAX_SUBSCHEMAS} subschemas` };
  return firstOf(all, keywordFault) ?? referenceFault(all, root);
}

function firstOf(
  all: Subschema[],
  faultIn: (subschema: Subschema) => SchemaFault | undefined,
): SchemaFault | undefined {
  for (const each of all) {
    const fault = faultIn(each);
    if (fault) return fault;
  }
  return undefined;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `all` also holds what it collects, until there are too many. */
function collect(schema: Schema, path: string[], all: Subschema[]): Subschema {
  const found: Subschema = { schema, path, children: [] };
  all.push(found);
  const add = (value: unknown, at: string[], use: Subschema['children'][number]['use']) => {
    if (isSchema(value) && all.length <= MAX_SUBSCHEMAS) {
      found.children.push({ subschema: collect(value, [...path, ...at], all), use });
    }
  };
  for (const keyword of [...SINGLE, ...SINGLE_IN_PLACE]) {
    add(own(schema, keyword), [keyword], SINGLE_IN_PLACE.includes(keyword) ? 'inPlace' : 'part');
  }
  for (const keyword of [...LIST, ...LIST_IN_PLACE]) {
    const list = own(schema, keyword);
    const use = LIST_IN_PLACE.includes(keyword) ? 'inPlace' : 'part';
    if (Array.isArray(list)) list.forEach((each, at) => add(each, [keyword, String(at)], use));
  }
  for (const keyword of [...NAMED, ...NAMED_IN_PLACE]) {
    const named = own(schema, keyword);
    const use = DEFINITIONS.includes(keyword) ? 'definition' : NAMED_IN_PLACE.includes(keyword) ? 'inPlace' : 'part';
    if (isSchema(named)) for (const [name, each] of Object.entries(named)) add(each, [keyword, name], use);
  }
  return found;
}

const own = (schema: Schema, keyword: string): unknown =>
  Object.hasOwn(schema, keyword) ? schema[keyword] : undefined;

function keywordFault({ schema, path }: Subschema): SchemaFault | undefined {
  if (path.length > 0 && own(schema, '$id') !== undefined) {
    return { path: [...path, '$id'], message: 'must stand at the root only' };
  }
  const { pattern, patternProperties } = schema;
  const patterns: [at: string[], pattern: string][] = [
    ...(typeof pattern === 'string' ? [[['pattern'], pattern] as [string[], string]] : []),
    ...Object.keys(isSchema(patternProperties) ? patternProperties : {}).map((each): [string[], string] => [
      ['patternProperties', each],
      each,
    ]),
  ];
  for (const [at, each] of patterns) {
    const message = patternFault(each);
    if (message !== undefined) return { path: [...path, ...at], message };
  }
  return undefined;
}

function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_CHARS) return `must be at most ${MAX_PATTERN_CHARS} characters`;
  try {
    return RegExp(pattern, 'u') && undefined;
  } catch {
    return 'must be a regular expression (ECMA-262, with the flag u)';
  }
}

/** Resolves every reference, and then follows them. */
function referenceFault(all: Subschema[], root: Subschema): SchemaFault | undefined {
  const byPlace = new Map<string, Subschema>();
  for (const each of all) {
    byPlace.set(placeOf(each.path), each);
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const anchor = own(each.schema, keyword);
      if (typeof anchor === 'string') byPlace.set(`#${anchor}`, each);
    }
  }
  for (const each of all) {
    for (const keyword of ['$ref', '$dynamicRef']) {
      const reference = own(each.schema, keyword);
      if (typeof reference !== 'string') continue;
      const path = [...each.path, keyword];
      if (!reference.startsWith('#')) return { path, message: 'must begin with "#": the schema has to stand alone' };
      const target = byPlace.get(placeNamed(reference));
      if (!target) return { path, message: 'names no subschema of this schema' };
      each.children.push({ subschema: target, use: 'inPlace' });
    }
  }
  const endless = firstOf(all, endlessIn(new Map()));
  if (endless) return endless;
  const size = expandedSize(root, new Map());
  return size > MAX_EXPANDED ? { path: [], message: 'describes too much: its references multiply' } : undefined;
}

/** One spelling for the place of a subschema, whose name may have any characters. */
const placeOf = (path: string[]): string => (path.length === 0 ? '#' : `#/${JSON.stringify(path)}`);

function placeNamed(reference: string): string {
  if (!reference.startsWith('#/')) return reference;
  try {
    return placeOf(pointerParts(decodeURIComponent(reference.slice(1))));
  } catch {
    return '';
  }
}

/** RFC 6901 §3 and §4. */
const pointerParts = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Finds a schema that applies itself again to the same value. */
function endlessIn(state: Map<Subschema, 'begun' | 'done'>) {
  return function visit(subschema: Subschema): SchemaFault | undefined {
    const seen = state.get(subschema);
    if (seen === 'done') return undefined;
    if (seen === 'begun') return { path: subschema.path, message: 'refers to itself without end' };
    state.set(subschema, 'begun');
    for (const { subschema: child, use } of subschema.children) {
      const fault = use === 'inPlace' ? visit(child) : undefined;
      if (fault) return fault;
    }
    state.set(subschema, 'done');
    return undefined;
  };
}

/** A schema that names itself for a part of the value counts once: the depth of the value bounds it. */
function expandedSize(subschema: Subschema, sizes: Map<Subschema, number>): number {
  const known = sizes.get(subschema);
  if (known !== undefined) return known;
  sizes.set(subschema, 0);
  let size = 1;
  for (const { subschema: child, use } of subschema.children) {
    if (use !== 'definition') size += expandedSize(child, sizes);
  }
  sizes.set(subschema, size);
  return size;
}
