import { type ImportedKind, type ImportPlan, resource, textOf } from './plan.js';

const KINDS: readonly string[] = ['tenant', 'adapter', 'tool', 'toolset'] satisfies ImportedKind[];

/** The fields that the gateway sets. */
const READ_ONLY = new Set(['kind', 'generation', 'createdBy', 'tenant', 'createdAt', 'lastUpdatedAt']);

/** A document as `export` writes it: what the API answers, with its kind. Undefined when it is none. */
export function importOwnDocument(document: Record<string, unknown>): ImportPlan | undefined {
  const { kind } = document;
  const name = textOf(document[kind === 'tenant' ? 'id' : 'name']);
  if (typeof kind !== 'string' || !KINDS.includes(kind) || name === undefined) return undefined;
  return resource(kind as ImportedKind, `${kind} ${name}`, ownDocument(kind as ImportedKind, document));
}

/** The document of a resource: what one can send back, after its kind. */
export function ownDocument(
  kind: ImportedKind,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> & { name: string } {
  const kept = Object.entries(given).filter(
    ([field]) => !READ_ONLY.has(field) && (kind === 'tenant' || field !== 'id'),
  );
  return { name: String(given[kind === 'tenant' ? 'id' : 'name']), ...Object.fromEntries(kept) };
}
