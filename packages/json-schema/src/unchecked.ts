import { costOf } from './cost.js';
import { linearPattern } from './patterns.js';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords whose value is data, in which nothing is a pattern. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/**
 * What of a schema a tool router does not check, as a clause without a subject; undefined: it checks everything. Tool routers decide by
 * the same functions. The caller has bounded the depth of the schema.
 */
export function uncheckedPart(schema: Schema): string | undefined {
  if (costOf(schema).visits === Infinity) return 'describes too much, so nothing of it is checked';
  const pattern = firstUnknown(schema, false);
  if (pattern === undefined) return undefined;
  return `has the pattern ${JSON.stringify(pattern.slice(0, 64))}, which is not checked: RE2 does not know it, as it knows no look-around`;
}

/** The first pattern that does not run in linear time. @param areNames the members have names of the author of the schema */
function firstUnknown(node: unknown, areNames: boolean): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  for (const [keyword, value] of Object.entries(node)) {
    if (!areNames && DATA.has(keyword)) continue;
    const patterns = areNames
      ? []
      : keyword === 'pattern'
        ? [value]
        : keyword === 'patternProperties'
          ? Object.keys(Object(value))
          : [];
    const unknown = patterns.find((each) => typeof each === 'string' && !linearPattern(each));
    if (typeof unknown === 'string') return unknown;
    const within = firstUnknown(value, !areNames && NAMED.has(keyword));
    if (within !== undefined) return within;
  }
  return undefined;
}

const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']);
