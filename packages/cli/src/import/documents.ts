import { parse as parseToml } from '@decimalturn/toml-patch';
import { parse as parseJson, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { parseAllDocuments } from 'yaml';
import { importAgentgateway } from './agentgateway.js';
import { importClientFile } from './client-files.js';
import { importKuadrant } from './kuadrant.js';
import { importOwnDocument } from './own-documents.js';
import {
  type ImportOptions,
  type ImportPlan,
  isObject,
  joined,
  listOf,
  objectOf,
  skip,
  textOf,
  unknownFormat,
  withUniqueNames,
} from './plan.js';
import { importRegistryEntry } from './registry-entry.js';
import { importToolHive, type KubernetesObject } from './toolhive.js';

/** A file to import, with its text. */
export interface SourceFile {
  name: string;
  text: string;
}

/**
 * What the files become here. The format shows in the content: client configurations, `server.json`, agentgateway, and
 * Kubernetes resources of ToolHive and Kuadrant.
 * @throws Error that names the file when it cannot be parsed
 */
export function planImport(files: readonly SourceFile[], options: ImportOptions): ImportPlan {
  const documents = files.flatMap(({ name, text }) =>
    parsedDocuments(name, text).map((document) => ({ name, document })),
  );
  const objects = documents.flatMap(({ document }) => kubernetesObjects(document));
  const others = documents.filter(({ document }) => kubernetesObjects(document).length === 0);
  const kuadrant = objects.filter(({ group }) => group === 'mcp.kuadrant.io' || group === 'gateway.networking.k8s.io');
  const rest = objects.filter((each) => !kuadrant.includes(each));
  return withUniqueNames(
    joined([
      ...others.map(({ name, document }) => importDocument(name, document, options)),
      importKuadrant(kuadrant, options),
      ...rest.map((each) =>
        each.group === 'toolhive.stacklok.dev'
          ? importToolHive(each, options)
          : skip(`${each.kind} ${each.name}`, `${each.group || 'core'} is not imported`),
      ),
    ]),
  );
}

function importDocument(name: string, document: unknown, options: ImportOptions): ImportPlan {
  if (!isObject(document)) return unknownFormat(name, 'it is no object');
  // A server.json has a name beside its packages; a client configuration has servers under one of a few keys.
  return (
    importOwnDocument(document) ??
    importAgentgateway(document, options) ??
    importRegistryEntry(document, options) ??
    importClientFile(document, options) ??
    unknownFormat(name, 'it is of no known format')
  );
}

type GroupedObject = KubernetesObject & { group: string };

function kubernetesObjects(document: unknown): GroupedObject[] {
  const { apiVersion, kind, metadata, items, spec } = objectOf(document);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  if (kind.endsWith('List') && Array.isArray(items)) return listOf(items).flatMap(kubernetesObjects);
  const { name, namespace } = objectOf(metadata);
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return [{ group, kind, name: textOf(name) ?? 'unnamed', namespace: textOf(namespace), spec: objectOf(spec) }];
}

/** TOML by the name of the file, JSON by its first character, else YAML of one or several documents. */
function parsedDocuments(name: string, withMark: string): unknown[] {
  const text = withMark.replace(/^\uFEFF/, '');
  if (name.endsWith('.toml')) return [parseToml(text)];
  if (/^\s*(?:\/\/[^\n]*\s*)*[{[]/.test(text)) {
    const errors: ParseError[] = [];
    const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first)
      throw new Error(`${name} is no JSON: ${printParseErrorCode(first.error)} at character ${first.offset + 1}`);
    return Array.isArray(value) ? value : [value];
  }
  return parseAllDocuments(text).flatMap((document) => {
    const [first] = document.errors;
    if (first) throw new Error(`${name} is no YAML: ${first.message.split('\n')[0]}`);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null ? [] : [value];
  });
}
