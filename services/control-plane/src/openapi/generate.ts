import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from './document.js';

/** Writes openapi/mcp-gateway.openapi.json. With --check it only compares. */
const file = fileURLToPath(new URL('../../../../openapi/mcp-gateway.openapi.json', import.meta.url));
const document = `${JSON.stringify(openApiDocument(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current !== document) {
    console.error('openapi/mcp-gateway.openapi.json is not current; run: node services/control-plane/dist/openapi/generate.js');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, document);
}
