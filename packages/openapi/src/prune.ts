import { componentOf, DocumentFault, isObject, type JsonObject, own, ownObject, ownText } from './document.js';
import { choose, type Operation } from './operations.js';

/** Characters of the part that is kept, as JSON. */
const MAX_KEPT_CHARS = 524_288;

/** Of an operation, and beside those, of the path that it stands in. */
const MAX_PARAMETERS = 256;
const MAX_PARAMETERS_IN_ALL = 4_096;

const OF_ITEM = ['parameters', 'servers'];
const OF_OPERATION = ['operationId', 'summary', 'description', 'parameters', 'requestBody', 'deprecated', 'servers'];

/** Members whose own members have names of the document's author, so that none of them is a keyword. */
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions', 'content', 'encoding', 'headers', 'variables']);
/** Members that hold data. A `$ref` in them is no reference. */
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const']);
const LEFT_OUT = new Set(['xml', 'externalDocs']);

/**
 * The part of a document that the chosen operations need, as a document: their parameters and bodies, and the components that
 * those refer to. What they answer is left out. The same operations chosen from the part give the part again.
 * @throws DocumentFault for no OpenAPI document of 3.0 or 3.1, for an operation that it does not have, for a reference out of
 * the document, and when too much is left
 */
export function chosenPart(document: JsonObject, selections: readonly string[]): JsonObject {
  const version = ownText(document, 'openapi');
  if (version === undefined || !/^3\.[01]\.\d{1,3}$/.test(version)) {
    throw new DocumentFault('document', ['openapi'], 'must be a version of OpenAPI 3.0 or 3.1, such as "3.1.1"');
  }
  const paths = pathsOf(choose(document, selections));
  const info = ownObject(document, 'info');
  const servers = own(document, 'servers');
  const kept = {
    openapi: version,
    info: { title: ownText(info, 'title') ?? '', version: ownText(info, 'version') ?? '' },
    ...(servers !== undefined && { servers }),
    paths,
    components: componentsFor(document, paths),
  };
  if (JSON.stringify(kept).length > MAX_KEPT_CHARS) {
    const message = `need more than ${MAX_KEPT_CHARS} characters of the document; choose fewer`;
    throw new DocumentFault('operations', [], message);
  }
  refuseParameters(kept);
  return kept;
}

/** The validator compares each parameter with each other of its list. @throws DocumentFault */
function refuseParameters(kept: JsonObject): void {
  let count = 0;
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, each] of Object.entries(value)) {
      const at = [...path, key];
      if (key === 'parameters' && Array.isArray(each)) {
        count += each.length;
        if (each.length > MAX_PARAMETERS) throw new DocumentFault('document', at, `must be at most ${MAX_PARAMETERS}`);
      }
      visit(each, at);
    }
  };
  visit(kept, []);
  if (count > MAX_PARAMETERS_IN_ALL) {
    const message = `have ${count} parameters, of at most ${MAX_PARAMETERS_IN_ALL}; choose fewer`;
    throw new DocumentFault('operations', [], message);
  }
}

function pathsOf(chosen: readonly Operation[]): JsonObject {
  const items = new Map<string, JsonObject>();
  for (const { path, method, item, operation } of chosen) {
    const kept = items.get(path) ?? pick(item, OF_ITEM);
    // Answers are not needed, but a document of 3.0 has to have them.
    kept[method] = { ...pick(operation, OF_OPERATION), responses: { default: { description: '' } } };
    items.set(path, kept);
  }
  return Object.fromEntries(items);
}

const pick = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(object, name) ? [[name, withoutExtras(object[name], false)]] : [])),
  );

/** A copy without extensions, named examples and what is for readers of the document. */
function withoutExtras(value: unknown, areNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutExtras(each, false));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (areNames) return [[key, withoutExtras(each, false)]];
    const isExtra = key.startsWith('x-') || LEFT_OUT.has(key) || (key === 'examples' && isObject(each));
    if (isExtra) return [];
    return [[key, DATA.has(key) ? each : withoutExtras(each, NAMED.has(key))]];
  });
  return Object.fromEntries(kept);
}

/** The components that the value refers to, and those that these refer to. */
function componentsFor(document: JsonObject, paths: JsonObject): JsonObject {
  const components = ownObject(document, 'components');
  const sections = new Map<string, Map<string, unknown>>();
  const waiting: [value: unknown, path: readonly string[]][] = [[paths, ['paths']]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const { reference, path } of referencesIn(...next)) {
      const [, section = '', name = ''] = componentOf(reference, path);
      const known = sections.get(section) ?? new Map<string, unknown>();
      sections.set(section, known);
      if (known.has(name)) continue;
      const component = withoutExtras(own(ownObject(components, section), name), false);
      if (component === undefined) {
        throw new DocumentFault('document', [...path, '$ref'], 'names nothing in this document');
      }
      known.set(name, component);
      waiting.push([component, ['components', section, name]]);
    }
  }
  return Object.fromEntries([...sections].map(([section, members]) => [section, Object.fromEntries(members)]));
}

interface Reference {
  reference: unknown;
  path: readonly string[];
}

function* referencesIn(value: unknown, path: readonly string[], areNames = path.length === 1): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* referencesIn(each, [...path, String(index)], false);
  }
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (areNames) yield* referencesIn(each, [...path, key], false);
    else if (key === '$ref') yield { reference: each, path };
    else if (!DATA.has(key)) yield* referencesIn(each, [...path, key], NAMED.has(key));
  }
}
