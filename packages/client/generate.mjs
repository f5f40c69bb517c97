// Writes src/generated from the OpenAPI document and the catalogue of errors. `--check` writes nothing and fails when a file is not current.
import fs from 'node:fs/promises';
import { errorCatalogue } from '@mcp-gateway/common/errors';
import openapiTypeScript, { astToString } from 'openapi-typescript';

const documentUrl = new URL('../../openapi/mcp-gateway.openapi.json', import.meta.url);
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const HEADING = '// `node packages/client/generate.mjs` writes this file.\n';

/** @typedef {{ operationId: string, tags: string[], responses: Record<string, { content?: Record<string, unknown> }> }} Operation */

/** @type {{ paths: Record<string, Record<string, Operation>> }} */
const document = JSON.parse(await fs.readFile(documentUrl, 'utf8'));

/** Method, path and type of the answer of each operation; what the types have, for programs that run. */
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, { operationId, tags, responses }]) => {
      const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
      const [type = null] = Object.keys(success?.content ?? {});
      return [operationId, { method, path, tag: tags[0], type }];
    }),
);
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
