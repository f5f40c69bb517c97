import type { BodyPlan, PartPlan } from '@mcp-gateway/common/contracts';
import { DocumentFault, isObject, type JsonObject, own, ownObject, ownText, type Placed, resolved } from './document.js';
import { partOf } from './multipart.js';

/** The body of an operation. */
export interface Body {
  plan: Pick<BodyPlan, 'contentType' | 'encoding' | 'required' | 'parts'>;
  schema: Placed;
  description: string | undefined;
  /** The properties of a plain object, which become arguments beside the parameters. */
  properties?: { name: string; schema: Placed; required: boolean }[] | undefined;
}

const ENCODINGS: [pattern: RegExp, encoding: BodyPlan['encoding']][] = [
  [/^application\/json\b/i, 'json'],
  [/^application\/[\w.+-]+\+json\b/i, 'json'],
  [/^application\/x-www-form-urlencoded\b/i, 'form'],
  [/^multipart\/form-data\b/i, 'multipart'],
  [/^(\*\/\*|application\/\*)$/, 'json'],
  [/^text\/plain\b/i, 'text'],
];

/**
 * The body, in the first media type that the gateway can write: JSON, then a form, also one in parts, then text. Undefined for an operation
 * without one, and for a body in other media types that may be left out.
 * @throws DocumentFault for a required body in other media types
 */
export function bodyOf(document: JsonObject, placed: Placed): Body | undefined {
  if (placed.value === undefined) return undefined;
  const { value, path } = resolved(document, placed);
  const required = own(value, 'required') === true;
  const types = Object.keys(ownObject(value, 'content'));
  const [chosen] = ENCODINGS.flatMap(([pattern, encoding]) =>
    types.filter((each) => pattern.test(each)).map((type) => ({ type, encoding })),
  );
  if (!chosen) {
    if (!required || types.length === 0) return undefined;
    const message = `must offer JSON, application/x-www-form-urlencoded, multipart/form-data or text/plain, not only ${types.join(', ').slice(0, 256)}`;
    throw new DocumentFault('document', [...path, 'content'], message);
  }
  const { type, encoding } = chosen;
  const media = own(ownObject(value, 'content'), type);
  const schema = { value: own(media, 'schema') ?? {}, path: [...path, 'content', type, 'schema'] };
  if (encoding === 'multipart') return multipartBody(document, media, { value, schema, required });
  const contentType = type.includes('*') ? 'application/json' : mediaType(type, schema.path);
  return {
    plan: { contentType, encoding, required },
    schema,
    description: ownText(value, 'description'),
    properties: encoding === 'text' ? undefined : plainProperties(document, schema),
  };
}

/** Undefined for one that is no plain object and may be left out. @throws DocumentFault if it may not */
function multipartBody(
  document: JsonObject,
  media: unknown,
  { value, schema, required }: { value: unknown; schema: Placed; required: boolean },
): Body | undefined {
  const plain = plainProperties(document, schema);
  if (!plain && !required) return undefined;
  if (!plain) {
    const message = 'must be an object with properties, and nothing like oneOf: it is sent as multipart/form-data';
    throw new DocumentFault('document', schema.path, message);
  }
  const parts: PartPlan[] = [];
  const properties = plain.map((property) => {
    const part = partOf(document, media, property.name, property.schema);
    if (part.plan) parts.push(part.plan);
    return { ...property, schema: part.schema };
  });
  const whole = {
    type: 'object',
    properties: Object.fromEntries(properties.map((each) => [each.name, each.schema.value])),
    required: properties.filter((each) => each.required).map(({ name }) => name),
    additionalProperties: false,
  };
  return {
    plan: { contentType: 'multipart/form-data', encoding: 'multipart', required, ...(parts.length > 0 && { parts }) },
    schema: { value: whole, path: schema.path },
    description: ownText(value, 'description'),
    properties,
  };
}

/** A media type becomes a header, so it has its characters only (RFC 9110 §8.3.1). */
function mediaType(type: string, path: readonly string[]): string {
  if (type.length <= 128 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *; *[\w-]+=("?)[\w.+-]+\2)*$/.test(type)) return type;
  throw new DocumentFault('document', path.slice(0, -1), 'must be a media type');
}

/** Keywords with which an object is its properties and nothing else. */
const PLAIN = new Set(['type', 'properties', 'required', 'title', 'description', 'example', 'examples', 'additionalProperties']);
const MAX_PROPERTIES = 256;

function plainProperties(document: JsonObject, schema: Placed): Body['properties'] {
  const { value, path } = resolved(document, schema);
  if (!isObject(value) || !isObject(own(value, 'properties'))) return undefined;
  const [type, additional] = [own(value, 'type'), own(value, 'additionalProperties')];
  const isPlain =
    Object.keys(value).every((key) => PLAIN.has(key)) &&
    (type === undefined || type === 'object') &&
    (additional === undefined || additional === false);
  if (!isPlain) return undefined;
  const required = own(value, 'required');
  const names = new Set<unknown>(Array.isArray(required) ? required : []);
  // What is read only is in answers, even if it is required.
  const found = Object.entries(ownObject(value, 'properties')).filter(([, each]) => own(each, 'readOnly') !== true);
  if (found.length > MAX_PROPERTIES) return undefined;
  return found.map(([name, each]) => ({
    name,
    schema: { value: each, path: [...path, 'properties', name] },
    required: names.has(name),
  }));
}
