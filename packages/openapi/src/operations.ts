import { matchesName, MAX_OPERATIONS } from '@mcp-gateway/common/contracts';
import { closestMatch } from '@mcp-gateway/common/errors';
import { DocumentFault, isObject, type JsonObject, own, ownObject, ownText, resolved } from './document.js';

/** An operation of a document, with the path item that it stands in. */
export interface Operation {
  id: string | undefined;
  /** In lower case, as in the document. */
  method: string;
  path: string;
  item: JsonObject;
  operation: JsonObject;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];
const MAX_IN_DOCUMENT = 10_000;
/** For what may be meant by a selection that names none. */
const MAX_COMPARED = 1_000;
const MAX_PATH_CHARS = 2_048;
/** An operation with a longer id is one without an id. */
const MAX_ID_CHARS = 1_024;

/** `GET /pets/{petId}`: how operations without an id are named. */
export const requestLine = ({ method, path }: Pick<Operation, 'method' | 'path'>): string =>
  `${method.toUpperCase()} ${path}`;

function idOf(operation: JsonObject): string | undefined {
  const id = ownText(operation, 'operationId');
  return id !== undefined && id.length <= MAX_ID_CHARS ? id : undefined;
}

/**
 * The operations of the path items that stand in the document or in its components.
 * @throws DocumentFault
 */
function operationsOf(document: JsonObject): Operation[] {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(ownObject(document, 'paths'))) {
    if (path.length > MAX_PATH_CHARS) {
      const message = `must have paths of at most ${MAX_PATH_CHARS} characters`;
      throw new DocumentFault('document', ['paths'], message);
    }
    const reference = own(item, '$ref');
    const isElsewhere = typeof reference === 'string' && !reference.startsWith('#/components/');
    const { value } = isElsewhere ? { value: undefined } : resolved(document, { value: item, path: ['paths', path] });
    if (!isObject(value)) continue;
    for (const method of METHODS) {
      const operation = own(value, method);
      if (!isObject(operation)) continue;
      found.push({ id: idOf(operation), method, path, item: value, operation });
    }
  }
  if (found.length > MAX_IN_DOCUMENT) {
    throw new DocumentFault('document', ['paths'], `must have at most ${MAX_IN_DOCUMENT} operations`);
  }
  return found;
}

/**
 * The operations that the selections name, each once, in the order of the document.
 * @throws DocumentFault for a selection that names none, and for too many operations
 */
export function choose(document: JsonObject, selections: readonly string[]): Operation[] {
  const all = operationsOf(document);
  const chosen = new Set<Operation>();
  selections.forEach((selection, index) => {
    const [, method, path] = /^([A-Za-z]+|\*) +(\/.*|\*)$/.exec(selection) ?? [];
    const found = all.filter((each) =>
      method !== undefined && path !== undefined
        ? matchesName(`${method.toUpperCase()} ${path}`, requestLine(each))
        : matchesName(selection, each.id ?? requestLine(each)),
    );
    if (found.length === 0) throw new DocumentFault('operations', [String(index)], whyNone(selection, all));
    for (const each of found) chosen.add(each);
  });
  if (chosen.size > MAX_OPERATIONS) {
    const message = `must choose at most ${MAX_OPERATIONS} operations, not ${chosen.size}; name fewer`;
    throw new DocumentFault('operations', [], message);
  }
  return all.filter((each) => chosen.has(each));
}

function whyNone(selection: string, all: readonly Operation[]): string {
  const names = all.flatMap((each) => (selection.includes(' /') ? requestLine(each) : (each.id ?? requestLine(each))));
  const meant = closestMatch(selection, names.slice(0, MAX_COMPARED));
  const [first] = names;
  const named = JSON.stringify(selection.length > 128 ? `${selection.slice(0, 128)}…` : selection);
  if (meant !== undefined) return `${named} names no operation of the document; did you mean "${meant}"?`;
  return first === undefined
    ? `${named} names no operation: the document has none`
    : `${named} names no operation of the document, which has for example "${first.slice(0, 128)}"`;
}
