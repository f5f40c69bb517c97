/** A file, and the rule that refuses it; no rule when the file is accepted. */
export interface Case {
  file: string;
  code: string;
  rule?: string;
}

// Rules of oxlint (.oxlintrc.json).
const PROPERTIES = 'eslint(no-restricted-properties)';
const PROCESS = 'eslint(no-restricted-imports)';

// Rules of dependency-cruiser (dependency-cruiser.mjs).
const BY_NAME = 'packages are imported by name';
const POSTGRES = 'only packages/database imports pg, prisma, .prisma/*, @prisma/*';
const KUBERNETES = 'only packages/runtime/src/kubernetes imports @kubernetes/*';
const BROWSER = 'packages/common runs in a browser';
const CYCLES = 'no cycles';
const own = (folder: string) => `${folder} imports only its packages`;
const downwards = (names: string, folder: string) => `${names} of ${folder} import downwards`;

const allowed = (file: string, from: string): Case => ({
  file,
  code: `import { thing } from '${from}';\nexport const used = thing;\n`,
});
const refused = (file: string, from: string, rule: string): Case => ({ ...allowed(file, from), rule });

const PRISMA = ['@prisma/client', '.prisma/client', '@prisma/adapter-pg', 'prisma', 'pg'];
const LINE = 'export const it = 1;\n';
/** A function with this many lines of code, plus a comment and an empty line, which do not count. */
const functionOf = (lines: number) =>
  `export function it(): void {\n  // comment\n\n${'  console.log();\n'.repeat(lines - 2)}}\n`;
const SERVICES = ['control-plane', 'data-plane', 'deployment-worker', 'tool-router', 'portal'];
const DATA_PLANE = 'services/data-plane/src';
const CONTROL_PLANE = 'services/control-plane/src';
const RUNTIME = 'packages/runtime/src';

export const groups: Record<string, Case[]> = {
  'services never import services': [
    ...SERVICES.flatMap((service) => {
      const other = service === 'data-plane' ? 'control-plane' : 'data-plane';
      const folder = `services/${service}`;
      const inside = service === 'control-plane' ? 'http' : 'server'; // a folder that has a place in `layers`
      return [
        refused(`${folder}/src/by-name.ts`, `@mcp-gateway/${other}`, own(folder)),
        refused(`${folder}/src/by-entry.ts`, `@mcp-gateway/${other}/steps`, own(folder)),
        refused(`${folder}/src/by-path.ts`, `../../${other}/src/app.js`, own(folder)),
        refused(`${folder}/src/by-relative.ts`, `../../${other}/app.js`, own(folder)),
        refused(`${folder}/src/local.ts`, '@mcp-gateway/local/redis', own(folder)),
        refused(`${folder}/src/example.ts`, '@mcp-gateway/mcp-example', own(folder)),
        refused(`${folder}/src/deep/by-path.ts`, `../../../${other}/dist/app.js`, own(folder)),
        allowed(`${folder}/src/${inside}/own.ts`, `../../src/${inside}/app.js`),
        allowed(`${folder}/src/${inside}/common.ts`, '@mcp-gateway/common/errors'),
      ];
    }),
    refused('packages/runtime/src/service.ts', '@mcp-gateway/deployment-worker', own('packages/runtime')),
  ],
  'only packages/database imports Prisma and pg': [
    ...[
      'packages/common/src/a.ts',
      'packages/local/src/postgres/a.ts',
      'packages/protocol/src/a.ts',
      'packages/runtime/src/a.ts',
      'packages/runtime/src/kubernetes/a.ts',
      ...SERVICES.map((service) => `services/${service}/src/a.ts`),
      'servers/mcp-example/src/a.ts',
      'test/e2e/a.test.ts',
    ].flatMap((file) => [
      ...PRISMA.map((from, index) => refused(file.replace('a.', `prisma-${index}.`), from, POSTGRES)),
      refused(file.replace('a.', 'generated.'), '@mcp-gateway/database/src/generated/client.js', BY_NAME),
    ]),
    refused(
      'services/deployment-worker/src/generated-by-path.ts',
      '../../../packages/database/src/generated/client.js',
      BY_NAME,
    ),
    allowed('packages/database/src/client.ts', '@prisma/client'),
    allowed('packages/database/src/adapter.ts', '@prisma/adapter-pg'),
    allowed('packages/database/src/pg.ts', 'pg'),
    allowed('packages/database/src/generated.ts', './generated/client.js'),
    allowed('services/deployment-worker/src/rows.ts', '@mcp-gateway/database'),
  ],
  'only packages/runtime/src/kubernetes imports the Kubernetes client': [
    ...[
      'packages/common',
      'packages/database',
      'packages/local',
      'packages/protocol',
      'packages/runtime',
      ...SERVICES.map((service) => `services/${service}`),
    ].map((folder) => refused(`${folder}/src/cluster.ts`, '@kubernetes/client-node', KUBERNETES)),
    refused('packages/runtime/src/process/cluster.ts', '@kubernetes/client-node', KUBERNETES),
    allowed('packages/runtime/src/kubernetes/verbs/observe.ts', '@kubernetes/client-node'),
    allowed('packages/runtime/src/kubernetes/verbs/errors.ts', '@mcp-gateway/common/errors'),
  ],
  'the data plane imports neither the database nor the runtime': [
    refused('services/data-plane/src/rows.ts', '@mcp-gateway/database', own('services/data-plane')),
    refused('services/data-plane/src/runtime.ts', '@mcp-gateway/runtime', own('services/data-plane')),
    refused('services/data-plane/src/logs.ts', '@mcp-gateway/runtime/logs', own('services/data-plane')),
    allowed('services/data-plane/src/server/protocol.ts', '@mcp-gateway/protocol'),
  ],
  'packages/client runs in a browser': [
    ...['node:fs', 'undici', '@mcp-gateway/common/errors', '@mcp-gateway/platform/config'].map((from, index) =>
      refused(`packages/client/src/node-${index}.ts`, from, 'packages/client/src runs in a browser'),
    ),
    allowed('packages/client/src/library.ts', 'openapi-fetch'),
    allowed('packages/cli/src/client.ts', '@mcp-gateway/client'),
    refused('packages/cli/src/database.ts', '@mcp-gateway/database', own('packages/cli')),
  ],
  'packages/common imports no other package and runs in a browser': [
    ...['database', 'local', 'protocol', 'runtime', 'runtime/logs', 'platform/config'].map((from, index) =>
      refused(`packages/common/src/above-${index}.ts`, `@mcp-gateway/${from}`, own('packages/common')),
    ),
    ...['node:crypto', 'fs', 'node:stream/promises', 'undici'].map((from, index) =>
      refused(`packages/common/src/node-${index}.ts`, from, BROWSER),
    ),
    {
      file: 'packages/common/src/node-type.ts',
      code: "export type { Readable } from 'node:stream';\n",
      rule: BROWSER,
    },
    allowed('packages/common/src/own.ts', '../errors/index.js'),
    allowed('packages/common/src/zod.ts', 'zod'),
    allowed('packages/common/src/zod.test.ts', 'node:crypto'),
  ],
  'database, runtime and protocol import no package beside them': [
    ['protocol', 'protocol/src'],
    ['database', 'database/src'],
    ['runtime', 'runtime/src/process/supervisor'],
    ['runtime', 'runtime/src/kubernetes/verbs'],
  ].flatMap(([name = '', folder = '']) => [
    ...['database', 'local/postgres', 'local', 'runtime', 'runtime/child-guard', 'protocol', 'mcp-example']
      .filter((from) => !from.startsWith(name))
      .map((from, index) =>
        refused(`packages/${folder}/above-${index}.ts`, `@mcp-gateway/${from}`, own(`packages/${name}`)),
      ),
    allowed(`packages/${folder}/errors.ts`, '@mcp-gateway/common/errors'),
  ]),
  'the control plane imports the logs of the runtime and nothing else of it': [
    refused('services/control-plane/src/runtime.ts', '@mcp-gateway/runtime', own('services/control-plane')),
    refused(
      'services/control-plane/src/child-guard.ts',
      '@mcp-gateway/runtime/child-guard',
      own('services/control-plane'),
    ),
    allowed('services/control-plane/src/resources/logs.ts', '@mcp-gateway/runtime/logs'),
    allowed('services/control-plane/src/compose.ts', '@mcp-gateway/runtime/logs/kubernetes'),
    allowed('services/deployment-worker/src/runtime.ts', '@mcp-gateway/runtime'),
  ],
  'packages are imported by name': [
    refused('services/control-plane/src/path.ts', '../../../packages/common/src/errors/index.js', BY_NAME),
    refused('services/control-plane/src/built.ts', '../../../packages/common/dist/errors/index.js', BY_NAME),
    refused('services/control-plane/src/sources.ts', '@mcp-gateway/common/src/errors/index.js', BY_NAME),
    refused('packages/runtime/src/sources.ts', '@mcp-gateway/common/dist/errors/index.js', BY_NAME),
    refused('packages/runtime/src/neighbour.ts', '../../common/src/errors/index.js', BY_NAME),
    refused('test/e2e/service.test.ts', '../../services/data-plane/src/server/app.js', BY_NAME),
    refused('bench/start/package.ts', '../../packages/common/src/errors/index.js', BY_NAME),
    refused('test/data-plane/support/other.ts', '../../../services/data-plane/src/server/app.js', BY_NAME),
    allowed('test/data-plane/support/sources.ts', '../../../services/data-plane/src/server/app.js'),
    refused('test/routing/support/sources.ts', '../../../packages/common/src/errors/index.js', BY_NAME),
    refused('test/built/support/sources.ts', '../../../services/data-plane/dist/app.js', BY_NAME),
    refused('test/database/support/sources.ts', '@prisma/client', POSTGRES),
  ],
  'every package has a row in the table': [
    refused('packages/novel/src/a.ts', '@mcp-gateway/common/errors', 'every package has a row'),
    refused('services/novel/src/a.ts', 'zod', 'every package has a row'),
  ],
  'programs import no tests': [
    refused('packages/platform/src/wait.ts', '../../../test/support/wait.js', 'programs import no tests'),
    allowed('packages/platform/src/wait.test.ts', '../../../test/support/wait.js'),
  ],
  'every form of import counts': [
    { file: 'services/data-plane/src/dynamic.ts', code: "export const rows = await import('pg');\n", rule: POSTGRES },
    {
      file: 'services/data-plane/src/create-require.ts',
      code: "import { createRequire } from 'node:module';\nexport const rows: unknown = createRequire(import.meta.url)('pg');\n",
      rule: 'programs do not create a require',
    },
    { file: 'services/data-plane/src/reexport.ts', code: "export * from 'pg';\n", rule: POSTGRES },
    { file: 'services/data-plane/src/type.ts', code: "export type { Pool } from 'pg';\n", rule: POSTGRES },
    { file: 'services/data-plane/src/inline.ts', code: "export type It = import('pg').Pool;\n", rule: POSTGRES },
    {
      file: 'services/data-plane/src/documented.mjs',
      code: "/** @type {import('pg').Pool | undefined} */\nexport let it;\n",
      rule: POSTGRES,
    },
    {
      file: 'services/data-plane/src/require.ts',
      code: "export const rows = require('pg');\n",
      rule: 'typescript(no-require-imports)',
    },
  ],
  'folders of a package import downwards': [
    refused(`${DATA_PLANE}/sessions/up.ts`, '../pipeline/context.js', downwards('sessions', 'services/data-plane/src')),
    refused(`${DATA_PLANE}/upstream/up.ts`, '../sessions/store.js', downwards('upstream', 'services/data-plane/src')),
    refused(
      `${DATA_PLANE}/forwarding/response/up.ts`,
      '../../server/app.js',
      downwards('forwarding', 'services/data-plane/src'),
    ),
    {
      file: `${DATA_PLANE}/upstream/type-up.ts`,
      code: "export type { Store } from '../sessions/store.js';\n",
      rule: downwards('upstream', 'services/data-plane/src'),
    },
    refused(`${DATA_PLANE}/novel/a.ts`, '../upstream/pools.js', 'everything in services/data-plane/src has a place'),
    allowed(`${DATA_PLANE}/compose.ts`, './server/app.js'),
    allowed(`${DATA_PLANE}/pipeline/down.ts`, '../forwarding/response/status.js'),
    allowed(`${DATA_PLANE}/sessions/relocate/down.ts`, '../../upstream/pools.js'),
    allowed(`${DATA_PLANE}/sessions/within.ts`, './relocate/down.js'),
    refused(`${CONTROL_PLANE}/resources/up.ts`, '../adapters/routes.js', downwards('resources', CONTROL_PLANE)),
    allowed(`${CONTROL_PLANE}/adapters/down.ts`, '../resources/etag.js'),
    refused(
      `${RUNTIME}/kubernetes/api/up.ts`,
      '../informers/index.js',
      downwards('api', 'packages/runtime/src/kubernetes'),
    ),
    allowed(`${RUNTIME}/kubernetes/verbs/down.ts`, '../status/conditions.js'),
  ],
  'the process runtime and the Kubernetes runtime stay apart': [
    refused(
      `${RUNTIME}/process/other.ts`,
      '../kubernetes/labels.js',
      'packages/runtime/src/process does not import packages/runtime/src/kubernetes',
    ),
    refused(
      `${RUNTIME}/kubernetes/other.ts`,
      '../process/supervisor/log.js',
      'packages/runtime/src/kubernetes does not import packages/runtime/src/process',
    ),
  ],
  'imports have no cycles, imports of types included': [
    refused('packages/platform/src/ring/one.ts', './two.js', CYCLES),
    { file: 'packages/platform/src/ring/two.ts', code: "export type { It } from './three.js';\n", rule: CYCLES },
    { file: 'packages/platform/src/ring/three.ts', code: "export type It = import('./one.js').It;\n", rule: CYCLES },
    {
      file: 'test/e2e/documented.mjs',
      code: "/** @typedef {import('./back.mjs').It} It */\nexport const it = 1;\n",
      rule: CYCLES,
    },
    { file: 'test/e2e/back.mjs', code: "export { it } from './documented.mjs';\n", rule: CYCLES },
  ],
  'the environment is read in main.ts only': [
    { file: 'services/data-plane/src/port.ts', code: 'export const port = process.env.PORT;\n', rule: PROPERTIES },
    { file: 'services/data-plane/src/key.ts', code: "export const all = process['env'];\n", rule: PROPERTIES },
    { file: 'packages/common/src/taken.ts', code: 'export const { env } = process;\n', rule: PROPERTIES },
    { file: 'services/data-plane/src/global.ts', code: 'export const it = globalThis.process;\n', rule: PROPERTIES },
    { file: 'services/data-plane/src/deep/main.ts', code: 'export const it = process.env.PORT;\n', rule: PROPERTIES },
    { file: 'services/data-plane/src/port.mjs', code: 'export const it = process.env.PORT;\n', rule: PROPERTIES },
    { file: 'packages/runtime/src/process/supervisor/main.ts', code: 'export const it = process.env.PORT;\n' },
    ...['common', 'database', 'protocol', 'runtime'].flatMap((name) => [
      { file: `packages/${name}/src/plain.ts`, code: "export { env } from 'process';\n", rule: PROCESS },
      { file: `packages/${name}/src/env.ts`, code: "export { env } from 'node:process';\n", rule: PROCESS },
      { file: `packages/${name}/src/all.ts`, code: "export { default } from 'node:process';\n", rule: PROCESS },
    ]),
    { file: 'services/data-plane/src/main.ts', code: 'export const port = process.env.PORT;\n' },
    { file: 'packages/local/src/postgres/server.test.ts', code: 'export const path = process.env.PATH;\n' },
    { file: 'packages/local/setup/paths.mjs', code: 'export const path = process.env.PATH;\n' },
  ],
  'files have at most 300 lines': [
    {
      file: 'packages/common/src/long.test.ts',
      code: LINE + '// and one more\n'.repeat(300),
      rule: 'eslint(max-lines)',
    },
    { file: 'packages/common/src/short.ts', code: LINE + '// and one more\n'.repeat(299) },
  ],
  'functions have at most 60 lines': [
    { file: 'packages/platform/src/long-function.ts', code: functionOf(61), rule: 'eslint(max-lines-per-function)' },
    { file: 'packages/platform/src/short-function.ts', code: functionOf(60) },
    { file: 'packages/platform/src/long-function.test.ts', code: functionOf(61) },
    { file: 'test/e2e/long-function.ts', code: functionOf(61) },
  ],
};
