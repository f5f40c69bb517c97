import type { PartPlan } from '@mcp-gateway/common/contracts';
import { isObject, type JsonObject, own, ownObject, ownText, type Placed, resolved } from './document.js';

/** A property of a multipart body: the schema of its argument, and how it becomes a part. */
export interface Part {
  schema: Placed;
  /** Undefined for plain text. */
  plan: PartPlan | undefined;
}

const BYTES = 'application/octet-stream';

/**
 * A property of a body in multipart/form-data (OpenAPI 3.1 §4.8.15.3). Binary content is base64 in arguments, which are JSON.
 * @param media the media type object, whose `encoding` counts
 */
export function partOf(document: JsonObject, media: unknown, name: string, schema: Placed): Part {
  const { value, path } = resolved(document, schema);
  const encoded = contentTypeOf(own(ownObject(media, 'encoding'), name));
  const items = own(value, 'type') === 'array' ? resolved(document, { value: own(value, 'items'), path: [...path, 'items'] }) : undefined;
  const content = items?.value ?? value;
  const binary = binaryType(content, encoded);
  if (binary !== undefined) {
    const file = fileSchema(content, binary);
    const rewritten = items && isObject(value) ? { ...value, items: file } : file;
    return { schema: { value: rewritten, path }, plan: { name, contentType: binary, isFile: true } };
  }
  const contentType = encoded ?? (isStructured(content) ? 'application/json' : undefined);
  return { schema, plan: contentType === undefined ? undefined : { name, contentType, isFile: false } };
}

/** The media type of binary content; undefined for text and JSON. */
function binaryType(schema: unknown, encoded: string | undefined): string | undefined {
  const type = own(schema, 'type');
  if (isStructured(schema) || (type !== undefined && type !== 'string')) return undefined;
  if (own(schema, 'contentEncoding') !== undefined) return undefined; // text already, as the document wants it
  const media = ownText(schema, 'contentMediaType');
  const isBinary = media !== undefined || own(schema, 'format') === 'binary' || (type === undefined && encoded !== undefined);
  if (!isBinary) return undefined;
  const named = encoded ?? (media !== undefined && isMediaType(media) ? media : BYTES);
  return /^(text\/|application\/json\b)/i.test(named) ? undefined : named;
}

const fileSchema = (schema: unknown, contentMediaType: string): JsonObject => ({
  type: 'string',
  contentEncoding: 'base64',
  contentMediaType,
  description: ownText(schema, 'description') ?? 'A file, in base64.',
});

const isStructured = (schema: unknown): boolean =>
  ['object', 'array'].includes(String(own(schema, 'type'))) || own(schema, 'properties') !== undefined;

/** The first media type that an encoding names; of a range of them, bytes. */
function contentTypeOf(encoding: unknown): string | undefined {
  const [first = ''] = (ownText(encoding, 'contentType') ?? '').split(',');
  const type = first.trim();
  if (type === '') return undefined;
  return isMediaType(type) ? type : BYTES;
}

/** It becomes a header (RFC 9110 §8.3.1). */
const isMediaType = (text: string): boolean => text.length <= 128 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(text);
