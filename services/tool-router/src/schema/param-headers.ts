import type { JsonSchema } from './validator.js';

/** An argument that a modern client repeats in a header (MCP 2026-07-28, transports, `x-mcp-header`). */
interface Declaration {
  /** As the header list has it: `Mcp-Param-Region`. */
  header: string;
  path: readonly string[];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES = new Set<unknown>(['string', 'integer', 'boolean']);
const MAX_DEPTH = 16;
const MAX_DECLARATIONS = 64;

/** By the schema, which lives as long as the list that it is in. */
const DECLARATIONS = new WeakMap<JsonSchema, readonly Declaration[]>();

function declarationsIn(schema: JsonSchema): readonly Declaration[] {
  let found = DECLARATIONS.get(schema);
  if (!found) {
    const declarations: Declaration[] = [];
    collect(schema, [], declarations);
    DECLARATIONS.set(schema, (found = declarations));
  }
  return found;
}

function collect(schema: unknown, path: readonly string[], found: Declaration[]): void {
  if (typeof schema !== 'object' || schema === null || path.length > MAX_DEPTH) return;
  const { 'x-mcp-header': name, type, properties } = schema as JsonSchema;
  const isDeclared = typeof name === 'string' && TOKEN.test(name) && path.length > 0 && TYPES.has(type);
  if (isDeclared && found.length < MAX_DECLARATIONS) found.push({ header: `Mcp-Param-${name}`, path });
  for (const [key, child] of Object.entries(properties ?? {})) collect(child, [...path, key], found);
}

/** The headers that belong to arguments. */
export function paramHeaders(schema: JsonSchema, args: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of declarationsIn(schema)) {
    const text = textAt(args, path);
    if (text !== undefined) headers[header] = encoded(text);
  }
  return headers;
}

/** What is wrong with the headers that a client has sent with arguments; undefined when they agree. */
export function paramHeaderFault(schema: JsonSchema, args: Record<string, unknown>, sent: Headers): string | undefined {
  for (const { header, path } of declarationsIn(schema)) {
    const [value, expected] = [sent.get(header), textAt(args, path)];
    if (value === null && expected === undefined) continue;
    if (value === null) return `the header ${header} is missing`;
    const text = decoded(value);
    if (text === undefined) return `the header ${header} is not encoded as it must be`;
    if (text !== expected) return `the header ${header} differs from the argument ${path.join('.')}`;
  }
  return undefined;
}

function textAt(args: unknown, path: readonly string[]): string | undefined {
  let value = args;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

const PLAIN = /^[\t -~]+$/;
const SENTINEL = /^=\?base64\?(?<base64>.*)\?=$/;

const encoded = (text: string): string =>
  PLAIN.test(text) && text === text.trim() && !SENTINEL.test(text)
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`;

function decoded(value: string): string | undefined {
  const base64 = SENTINEL.exec(value)?.groups?.['base64'];
  if (base64 === undefined) return PLAIN.test(value) ? value : undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 > 0) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
