import { programSize } from './patterns.js';

/** How much a validator may have to do for a value: bounds on a JSON Schema that a server has written. */
export interface SchemaCost {
  /**
   * Subschemas and their keywords, with every reference replaced by what it names, and the values and names that keywords list;
   * Infinity above the bound.
   */
  visits: number;
  /** Compares each pair of items of an array. */
  comparesPairs: boolean;
}

/** Compiling takes some 100 ms, and a value of one part is checked in less. */
const MAX_VISITS = 2_000;
const MAX_DEPTH = 64;
const PATTERN = 5;
/** Instructions of patterns that take as long to compile as one visit. */
const INSTRUCTIONS = 20;
const TOO_MUCH: SchemaCost = { visits: Infinity, comparesPairs: false };

/** Keywords whose value is data and never a schema (JSON Schema 2020-12, validation §6.1, §9). */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required', 'description', 'title', '$comment']);
/** Of these, what a validator compares values with. */
const COMPARED = new Set(['const', 'enum', 'required']);

/**
 * Counts what a validator visits for one value. A schema that refers to itself for a part of the value counts once: the depth of
 * the value bounds it. References to other documents are nothing here; no validator can follow them.
 */
export function costOf(schema: unknown): SchemaCost {
  const known = new Map<object, number>();
  const anchors = new Map<string, unknown>();
  let comparesPairs = false;

  function visit(node: unknown, depth: number): number {
    if (typeof node !== 'object' || node === null) return 0;
    if (depth > MAX_DEPTH) return Infinity;
    const counted = known.get(node);
    if (counted !== undefined) return counted;
    known.set(node, 0); // while it is counted; a reference to itself adds nothing
    let visits = 1;
    for (const [keyword, value] of Object.entries(node)) {
      if (keyword === 'uniqueItems' && value === true) comparesPairs = true;
      visits += extraOf(keyword, value);
      if (DATA.has(keyword) && !isNamed(value)) visits += COMPARED.has(keyword) ? weightOf(value) : 0;
      else if (isReference(keyword, value)) visits += 1 + visit(target(value), depth + 1);
      else if (typeof value === 'object' && value !== null) visits += visit(value, depth + 1);
      else visits += 1; // `type`, `minimum`, a name that `dependentRequired` lists, and so on
      if (visits > MAX_VISITS) return Infinity;
    }
    known.set(node, visits);
    return visits;
  }
  /** `properties` may have a property called `title`, whose value is a schema. */
  const isNamed = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

  const weightOf = (value: unknown) => {
    const { values, isTooDeep } = sizeOf(value, MAX_DEPTH);
    return isTooDeep ? Infinity : values;
  };

  /** Of keywords that take much longer to compile than others. */
  const extraOf = (keyword: string, value: unknown) => {
    if (keyword === 'pattern' && typeof value === 'string') return patternCost(value);
    if (keyword === 'patternProperties' && isNamed(value)) {
      return Object.keys(value as object).reduce((sum, pattern) => sum + patternCost(pattern), 0);
    }
    return keyword === 'dependentRequired' || keyword === 'dependencies' ? 2 * weightOf(value) : 0;
  };

  const target = (reference: string): unknown =>
    reference.startsWith('#/') || reference === '#' ? atPointer(schema, reference.slice(1)) : anchors.get(reference);

  try {
    collectAnchors(schema, anchors, 0);
    const visits = visit(schema, 0);
    return visits > MAX_VISITS ? TOO_MUCH : { visits, comparesPairs };
  } catch {
    return TOO_MUCH; // nested so deeply that the stack is full, or a reference that is no URI
  }
}

const patternCost = (pattern: string): number => PATTERN + Math.floor(programSize(pattern) / INSTRUCTIONS);

const isReference = (keyword: string, value: unknown): value is string =>
  typeof value === 'string' && (keyword === '$ref' || keyword === '$dynamicRef' || keyword === '$recursiveRef');

function collectAnchors(node: unknown, into: Map<string, unknown>, depth: number): void {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return;
  for (const [keyword, value] of Object.entries(node)) {
    if ((keyword === '$anchor' || keyword === '$dynamicAnchor') && typeof value === 'string')
      into.set(`#${value}`, node);
    collectAnchors(value, into, depth + 1);
  }
}

/** RFC 6901, in a URI fragment. */
function atPointer(root: unknown, pointer: string): unknown {
  let node = root;
  for (const part of decodeURIComponent(pointer).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

/** How many values a JSON value has in it, and how deep they are nested. */
export function sizeOf(value: unknown, maxDepth: number): { values: number; isTooDeep: boolean } {
  let values = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return { values, isTooDeep: true };
    const next: unknown[] = [];
    for (const each of level) {
      values += 1;
      if (typeof each === 'object' && each !== null) for (const child of Object.values(each)) next.push(child);
    }
    level = next;
  }
  return { values, isTooDeep: false };
}

/** Whether a value has more levels than anything that is checked or handed on; JSON.stringify overflows at some thousand. */
export const isTooDeep = (value: unknown): boolean => sizeOf(value, MAX_DEPTH).isTooDeep;
