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
  // Packages in CommonJS that it contains use `require` and `__filename`, which modules do not have. One of the modules
  // declares a `__dirname` of its own, so the name in the banner is another.
  banner: {
    js: `#!/usr/bin/env node
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const bundledFilename = require('node:url').fileURLToPath(import.meta.url);
const bundledDirname = require('node:path').dirname(bundledFilename);`,
  },
  define: { __filename: 'bundledFilename', __dirname: 'bundledDirname' },
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
