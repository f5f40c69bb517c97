import fs from 'node:fs/promises';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { type CliError, usageError } from '../frame/exit.js';
import type { Terminal } from '../frame/terminal.js';
import type { Fields } from './kinds.js';

/** One document of a file, and where it stands, for messages. */
export interface Document {
  fields: Fields;
  /** `adapters.yaml`, or `adapters.yaml#2` for the second of several. */
  place: string;
}

/** More than any gateway has; a larger file is a mistake. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The documents of a file, of the `.yaml`, `.yml` and `.json` files of a folder by name, or of standard input (`-`). A list
 * counts as its entries, so that the output of `list -o yaml` is one.
 * @throws CliError
 */
export async function readDocuments(from: string, { stdin }: Terminal): Promise<Document[]> {
  if (from === '-') return documentsIn(await readAll(stdin), 'standard input');
  const stat = await fs.stat(from).catch((cause: Error) => {
    throw unreadable(from, cause);
  });
  if (!stat.isDirectory()) return documentsIn(await readFile(from, stat.size), from);
  const names = (await fs.readdir(from)).filter((name) => /\.(ya?ml|json)$/.test(name)).toSorted();
  if (names.length === 0) throw usageError(`${from} has no .yaml, .yml or .json files.`);
  const found = [];
  for (const name of names) found.push(...(await readDocuments(path.join(from, name), { stdin } as Terminal)));
  return found;
}

/** Why a file that the user has named cannot be read. */
export const unreadable = (file: string, cause: Error): CliError =>
  usageError(
    (cause as NodeJS.ErrnoException).code === 'ENOENT'
      ? `There is no file ${file}.`
      : `${file} cannot be read: ${cause.message}`,
  );

async function readFile(file: string, size: number): Promise<string> {
  if (size > MAX_BYTES) throw usageError(`${file} has ${size} bytes; at most ${MAX_BYTES} can be read.`);
  return fs.readFile(file, 'utf8');
}

/** JSON is YAML, too. */
function documentsIn(text: string, place: string): Document[] {
  const parsed = [...parseAllDocuments(text)];
  const fault = parsed.flatMap(({ errors }) => errors)[0];
  if (fault) throw usageError(`${place} is not valid YAML or JSON: ${fault.message.split('\n')[0]}`);
  const values = parsed.flatMap((document) => (document.toJS() ?? []) as Fields | Fields[]);
  return values.map((fields, at) => {
    const where = values.length === 1 ? place : `${place}#${at + 1}`;
    if (typeof fields !== 'object' || fields === null)
      throw usageError(`${where} is not an object with the fields of a resource.`);
    return { fields: fields as Fields, place: where };
  });
}

/** One value of a document, as YAML: `3`, `true`, `null`, `[a, b]` or a text. */
function valueOf(text: string): unknown {
  const [document] = parseAllDocuments(text);
  return document && 'toJS' in document && document.errors.length === 0 ? (document.toJS() as unknown) : text;
}

/** Sets one field, given as `sessions.maxOpen=5`, in a copy; `null` removes it. @throws CliError (usage) */
export function withField(fields: Fields, assignment: string): Fields {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (!name) throw usageError(`"${assignment}" sets nothing: use FIELD=VALUE, such as replicaCount=2.`);
  const [first = '', ...rest] = name.split('.');
  if (rest.length === 0) {
    const set = { ...fields, [first]: valueOf(value) };
    return Object.fromEntries(Object.entries(set).filter(([, each]) => each !== null));
  }
  const inner = typeof fields[first] === 'object' && fields[first] !== null ? (fields[first] as Fields) : {};
  return { ...fields, [first]: withField(inner, `${rest.join('.')}=${value}`) };
}
