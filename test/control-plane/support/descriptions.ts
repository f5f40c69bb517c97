/** The methods that a path of an OpenAPI document may have. */
export const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'trace'];

/** The places that need a description and have neither one nor a reference to a described component. */
export function undescribed(node: unknown, path: readonly string[]): string[] {
  if (node === null || typeof node !== 'object') return [];
  // A field may be called like a keyword of OpenAPI.
  const parent = path.at(-3) === 'properties' ? '' : (path.at(-2) ?? '');
  const isThing =
    METHODS.includes(path.at(-1) ?? '') ||
    ['properties', 'parameters', 'responses', 'headers', 'securitySchemes'].includes(parent);
  const found = isThing && !('description' in node) && !('$ref' in node) ? [path.join('/')] : [];
  // Examples may have any field.
  const children = Object.entries(node).filter(([key]) => !['examples', 'example', 'const', 'enum'].includes(key));
  return [...found, ...children.flatMap(([key, child]) => undescribed(child, [...path, key]))];
}
