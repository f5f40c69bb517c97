/** What is wrong with an OpenAPI document, or with the operations that were chosen from it, and where. */
export class DocumentFault extends Error {
  override readonly name = 'DocumentFault';

  /** @param path within the field */
  constructor(
    readonly field: 'document' | 'operations' | 'path',
    readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that the object has itself: a name in a document may be `constructor`. */
export const own = (object: unknown, name: string): unknown =>
  isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;

/** The same for a member that has to be an object; empty when it is none. */
export const ownObject = (object: unknown, name: string): JsonObject => {
  const value = own(object, name);
  return isObject(value) ? value : {};
};

export const ownText = (object: unknown, name: string): string | undefined => {
  const value = own(object, name);
  return typeof value === 'string' ? value : undefined;
};

/** A value with its place in the document, for faults. */
export interface Placed {
  value: unknown;
  path: readonly string[];
}

/** A reference may name a reference, but not for ever. */
const MAX_HOPS = 16;

/**
 * What stands at a place once the references there are followed.
 * @throws DocumentFault for a reference out of the document, to nothing, or in a circle
 */
export function resolved(document: JsonObject, placed: Placed): Placed {
  let current = placed;
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    const reference = own(current.value, '$ref');
    if (reference === undefined) return current;
    current = target(document, reference, current.path);
  }
  throw new DocumentFault('document', placed.path, 'refers to itself without end');
}

/**
 * What a reference names (RFC 6901 §6).
 * @throws DocumentFault as `resolved`
 */
export function target(document: JsonObject, reference: unknown, path: readonly string[]): Placed {
  const parts = componentOf(reference, path);
  let value: unknown = document;
  for (const part of parts) value = Array.isArray(value) ? value[Number(part)] : own(value, part);
  if (value === undefined) throw new DocumentFault('document', [...path, '$ref'], 'names nothing in this document');
  return { value, path: parts };
}

/**
 * The parts of a reference; the first three name a component.
 * @throws DocumentFault for a reference that names none
 */
export function componentOf(reference: unknown, path: readonly string[]): string[] {
  const isLocal = typeof reference === 'string' && reference.length <= 1024 && reference.startsWith('#/components/');
  const parts = isLocal ? pointerParts(reference) : [];
  if (parts.length < 3) {
    const message = 'must begin with "#/components/" and name a component: the gateway reads no other document';
    throw new DocumentFault('document', [...path, '$ref'], message);
  }
  return parts;
}

function pointerParts(reference: string): string[] {
  try {
    const parts = decodeURIComponent(reference.slice(1)).split('/').slice(1);
    return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return [];
  }
}
