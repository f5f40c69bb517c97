import { isDeepStrictEqual } from 'node:util';
import {
  parse as parseToml,
  patch as patchToml,
  stringify as stringifyToml,
  TomlFormat,
} from '@decimalturn/toml-patch';
import { isMap, isSeq, parseDocument, YAMLSeq } from 'yaml';
import type { McpClient } from './definition.js';
import { mergeJson } from './merge-json.js';

type Place = Pick<McpClient, 'format' | 'servers'>;

/**
 * The text of a configuration file with the server in it. Comments, order and all other servers stay.
 * @param text the file as it is; empty when there is none
 * @param name an entry of this name is replaced
 * @throws Error when the file is not of its format, and says where
 */
export function mergeServer(text: string, { format, servers }: Place, name: string, value: object): string {
  // Windows editors begin files with a byte order mark, which parsers refuse.
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const rest = text.slice(mark.length);
  const merge = { jsonc: mergeJson, toml: mergeToml, yaml: mergeYaml }[format];
  return mark + merge(rest, [...servers, name], value);
}

function mergeToml(text: string, path: string[], value: object): string {
  const root = parsedToml(text);
  let at = root;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  const name = path.at(-1) ?? '';
  const isNew = !Object.hasOwn(at, name);
  at[name] = value;
  if (!isNew) {
    const format = TomlFormat.autoDetectFormat(text);
    // TOML 1.0 has no comma at the end of an inline table.
    format.trailingComma = false;
    return patchToml(text, root, format);
  }
  const section = `[${path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.')}]\n${stringifyToml(value)}`;
  const appended = text.trim() === '' ? section : `${text.trimEnd()}\n\n${section}`;
  try {
    if (isDeepStrictEqual(parsedToml(appended), parsedToml(stringifyToml(root)))) return appended;
  } catch {
    // The servers are an inline table, to which a section cannot add.
  }
  throw new Error(
    `its ${path.slice(0, -1).join('.')} is an inline table; write it as sections, or add the server by hand`,
  );
}

function parsedToml(text: string): Record<string, unknown> {
  try {
    return parseToml(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`it is no TOML: ${firstLine(error)}`, { cause: error });
  }
}

/** Continue has a list of servers, each with its name in it. */
function mergeYaml(text: string, path: string[], value: object): string {
  const document = parseDocument(text, { strict: false });
  const [first] = document.errors;
  if (first) throw new Error(`it is no YAML: ${firstLine(first)}`);
  if (document.contents === null) {
    // A file of Continue has a header, without which it is ignored.
    for (const [key, header] of [
      ['name', 'Local'],
      ['version', '1.0.0'],
      ['schema', 'v1'],
    ])
      document.set(key, header);
  }
  const [key = '', name = ''] = path;
  const node = document.createNode({ name, ...value });
  const list = document.get(key, true);
  if (list === undefined || (!isSeq(list) && document.get(key) === null)) {
    const made = new YAMLSeq();
    made.add(node);
    document.set(key, made);
  } else if (isSeq(list)) {
    const at = list.items.findIndex((item) => isMap(item) && item.get('name') === name);
    if (at === -1) list.add(node);
    else list.items[at] = node;
  } else throw new Error(`its ${key} is no list`);
  return document.toString({ lineWidth: 0 });
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
