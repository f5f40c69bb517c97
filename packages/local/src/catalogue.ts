import { fileURLToPath } from 'node:url';
import type { CatalogueEntry } from '@mcp-gateway/runtime/supervisor';

const server = (name: string): CatalogueEntry => ({
  command: process.execPath,
  args: [fileURLToPath(new URL(`../../../servers/${name}/dist/main.js`, import.meta.url))],
  env: {},
});

/** The servers that we ship, by image name. */
export const builtInCatalogue: Record<string, CatalogueEntry> = { 'mcp-example': server('mcp-example') };
