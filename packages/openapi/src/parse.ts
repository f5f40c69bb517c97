import { ReadDocument } from '@mcp-gateway/common/contracts';
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { DocumentFault, type JsonObject } from './document.js';

/** Reading YAML takes longer than reading JSON. */
const MAX_YAML_CHARS = 4 * 1_048_576;
const MAX_ALIASES = 100;
const MAX_DEPTH = 64;
/** Values of a document when every alias is replaced by what it names. */
const MAX_VALUES = 1_000_000;

/**
 * An OpenAPI document in JSON or YAML, of bounded size and depth. Faults quote nothing of it.
 * @throws DocumentFault
 */
export function parseDocument(text: string): JsonObject {
  const content = text.replace(/^\uFEFF/, '');
  const value = /^\s*\{/.test(content) ? fromJson(content) : fromYaml(content);
  const { data, error } = ReadDocument.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw fault(issue?.code === 'custom' ? issue.message : 'must be an object, in JSON or YAML');
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault('is not valid JSON');
  }
}

function fromYaml(text: string): unknown {
  if (text.length > MAX_YAML_CHARS) {
    throw fault(`must be at most ${MAX_YAML_CHARS} characters as YAML; send it as JSON`);
  }
  const value = loaded(text);
  // Aliases within aliases multiply, and one may name what it stands in.
  if (valuesIn(value, new Map(), 0) <= MAX_VALUES) return value;
  throw fault('is nested too deeply, or has aliases that multiply or name themselves');
}

function loaded(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: MAX_ALIASES });
  } catch (error) {
    const line = error instanceof YAMLException ? error.mark?.line : undefined;
    throw fault(`is not valid YAML, or has more than ${MAX_ALIASES} aliases${line === undefined ? '' : `: see line ${line + 1}`}`);
  }
}

function valuesIn(value: unknown, known: Map<object, number>, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > MAX_DEPTH) return Infinity;
  const counted = known.get(value);
  if (counted !== undefined) return counted;
  known.set(value, Infinity);
  let values = 1;
  for (const each of Object.values(value)) values += valuesIn(each, known, depth + 1);
  known.set(value, values);
  return values;
}

const fault = (message: string) => new DocumentFault('document', [], message);
