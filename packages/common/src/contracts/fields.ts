import type { z } from 'zod';

/** Longer than the name of any field. */
const MAX_NAME_CHARS = 64;
/** No valid object has more entries. A larger one stays as it is, and its schema refuses it. */
const MAX_ENTRIES = 1_000;

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The schema without its wrappers, such as a default or preprocessing. */
export function unwrapSchema(schema: z.core.$ZodType): z.core.$ZodTypes {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return unwrapSchema(def.innerType);
    case 'pipe':
      return unwrapSchema((def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in);
    default:
      return schema as z.core.$ZodTypes;
  }
}

/** The fields of the object that the schema describes at a path; empty where it describes no object with fields. Of a union, those of all its members. */
export function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): Shape {
  const { def } = unwrapSchema(schema)._zod;
  const [key, ...rest] = path;
  switch (def.type) {
    case 'object': {
      if (key === undefined) return def.shape;
      const field = Object.hasOwn(def.shape, key) ? def.shape[String(key)] : undefined;
      return field ? fieldsAt(field, rest) : {};
    }
    case 'record':
      return key === undefined ? {} : fieldsAt(def.valueType, rest);
    case 'array':
      return key === undefined ? {} : fieldsAt(def.element, rest);
    case 'union':
      return Object.assign({}, ...def.options.map((option) => fieldsAt(option, path))) as Shape;
    default:
      return {};
  }
}

/**
 * Spells the names of fields as the schema does, in whatever case they came, and drops fields that are null. Names in a record, such
 * as variables, are the caller's own and stay. Two fields that get the same name are an issue.
 */
export function normalizeFieldNames(
  schema: z.core.$ZodType,
  input: unknown,
  context: z.RefinementCtx,
  path: PropertyKey[] = [],
): unknown {
  const { def } = unwrapSchema(schema)._zod;
  if (input === null || typeof input !== 'object') return input;
  if (def.type === 'array' && Array.isArray(input) && input.length <= MAX_ENTRIES) {
    return input.map((item, index) => normalizeFieldNames(def.element, item, context, [...path, index]));
  }
  if (Array.isArray(input) || (def.type !== 'object' && def.type !== 'record')) return input;

  if (Object.keys(input).length > MAX_ENTRIES) return input;
  const names = def.type === 'object' ? namesByLowerCase(def.shape) : undefined;
  const folded: Record<string, unknown> = Object.create(null); // no prototype: `__proto__` is an ordinary name here
  for (const [key, value] of Object.entries(input)) {
    const name = (key.length <= MAX_NAME_CHARS && names?.get(key.toLowerCase())) || key;
    const field = def.type === 'record' ? def.valueType : Object.hasOwn(def.shape, name) && def.shape[name];
    if (Object.hasOwn(folded, name)) {
      context.addIssue({
        code: 'custom',
        path: [...path, key],
        message: `is the same field as "${name}"; send one of them`,
      });
    }
    folded[name] = field ? normalizeFieldNames(field, value, context, [...path, key]) : value;
  }
  for (const name of names?.values() ?? []) if (folded[name] === null) delete folded[name];
  return folded;
}

const known = new WeakMap<Shape, ReadonlyMap<string, string>>();

function namesByLowerCase(shape: Shape): ReadonlyMap<string, string> {
  const names = known.get(shape) ?? new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  known.set(shape, names);
  return names;
}
