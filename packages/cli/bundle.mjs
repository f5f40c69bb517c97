// Writes dist/bundle/mcp-gateway.mjs: the command with all that it needs in one file, so that an installed package has no
// dependencies. `npm pack` runs it. It reads the sources, so it needs no build before.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  entryPoints: [fileURLToPath(new URL('src/main.ts', import.meta.url))],
  outfile: fileURLToPath(new URL('dist/bundle/mcp-gateway.mjs', import.meta.url)),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['mcp-gateway-source'],
  // jsonc-parser has its modules under `module`; what is under `main` cannot be bundled.
  mainFields: ['module', 'main'],
  // Packages in CommonJS that it contains call `require`.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
