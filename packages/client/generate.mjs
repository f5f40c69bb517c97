// Writes src/generated from the OpenAPI document and the catalogue of errors. `--check` writes nothing and fails when a file is not current.
import fs from 'node:fs/promises';
import { errorCatalogue } from '@mcp-gateway/common/errors';
import openapiTypeScript, { astToString } from 'openapi-typescript';

const documentUrl = new URL('../../openapi/mcp-gateway.openapi.json', import.meta.url);
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const HEADING = '// `node packages/client/generate.mjs` writes this file.\n';

/**
 * @typedef {{ name: string, in: string, required?: boolean }} Parameter
 * @typedef {{ content?: Record<string, { schema?: { type?: string } }> }} Response
 * @typedef {{ operationId: string, tags: string[], parameters?: Parameter[], requestBody?: object, responses: Record<string, Response> }} Operation
 */

/** @type {{ paths: Record<string, Record<string, Operation> & { parameters?: Parameter[] }> }} */
const document = JSON.parse(await fs.readFile(documentUrl, 'utf8'));

const everyOperation = Object.entries(document.paths).flatMap(([path, methods]) =>
  METHODS.flatMap((method) => {
    const operation = methods[method];
    if (!operation) return [];
    const [status = '204', success] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
    const [type = null] = Object.keys(success?.content ?? {});
    const parameters = [...(methods.parameters ?? []), ...(operation.parameters ?? [])];
    return [{ ...operation, method, path, status, type, schema: success?.content?.[type ?? '']?.schema, parameters }];
  }),
);

/** Method, path and type of the answer of each operation; what the types have, for programs that run. */
const operations = everyOperation.map(({ operationId, method, path, tags, type }) => [
  operationId,
  { method, path, tag: tags[0], type },
]);

/** What each operation takes and gives. Written out, because types that find it in `operations` take compilers minutes. */
const calls = everyOperation.map(({ operationId, parameters, requestBody, status, type, schema }) => {
  const of = `operations['${operationId}']`;
  const places = ['path', 'query', 'header'].flatMap((place) => {
    const there = parameters.filter((each) => each.in === place);
    const optional = there.every(({ required }) => !required) ? '?' : '';
    return there.length > 0 ? [`${place}${optional}: NonNullable<${of}['parameters']['${place}']>`] : [];
  });
  if (requestBody) places.push(`body: ${of}['requestBody']['content']['application/json']`);
  const optional = places.every((place) => /^\w+\?:/.test(place)) ? '?' : '';
  const answer = type === null ? 'undefined' : `${of}['responses'][${status}]['content']['${type}']`;
  const item =
    type === 'application/x-ndjson'
      ? "components['schemas']['AuditEntry']"
      : type === 'text/event-stream'
        ? 'ServerSentEvent'
        : 'string';
  const isPaged = schema?.type === 'array' && parameters.some(({ name }) => name === 'cursor');
  return `  ${operationId}: {
    args: [input${optional}: { ${[...places, 'signal?: AbortSignal | undefined'].join('; ')} }];
    answer: ${answer};
    item: ${item};
    entry: ${isPaged ? `${answer}[number]` : 'never'};
  };\n`;
});
const paged = everyOperation.filter(
  ({ schema, parameters }) => schema?.type === 'array' && parameters.some(({ name }) => name === 'cursor'),
);
const callsFile = `${HEADING}import type { ServerSentEvent } from '../streams.js';
import type { components, operations } from './api.js';

export interface Calls {
${calls.join('')}}

/** The operations that answer with one page of a list. */
export type PagedId = ${paged.map(({ operationId }) => `'${operationId}'`).join(' | ')};
`;
const errors = Object.entries(errorCatalogue).map(([code, { status, title, remedy }]) => [
  code,
  { status, title, remedy },
]);

/**
 * @param {string} name
 * @param {unknown[][]} entries
 */
const constant = (name, entries) =>
  `${HEADING}export const ${name} = ${JSON.stringify(Object.fromEntries(entries), null, 2)} as const;\n`;

const files = {
  // Fields with a default are optional in requests, and AdapterBody and AdapterResource are schemas of their own.
  'api.ts': HEADING + astToString(await openapiTypeScript(documentUrl, { defaultNonNullable: false })),
  'calls.ts': callsFile,
  'operations.ts': constant('operationTable', operations),
  'errors.ts': constant('errorTable', errors),
};

const folder = new URL('src/generated/', import.meta.url);
await fs.mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, folder);
  if (!process.argv.includes('--check')) await fs.writeFile(file, text);
  else if ((await fs.readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`packages/client/src/generated/${name} is not current: run \`node packages/client/generate.mjs\`.`);
    process.exitCode = 1;
  }
}
