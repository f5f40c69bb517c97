import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Case {
  file: string;
  code: string;
  /** The rule that refuses it; none when it is fine. */
  rule?: string;
}

const IMPORTS = 'eslint(no-restricted-imports)';
const PROPERTIES = 'eslint(no-restricted-properties)';

const imports = (file: string, from: string, rule?: string): Case => ({
  file,
  code: `import { thing } from '${from}';\nexport const used = thing;\n`,
  ...(rule !== undefined && { rule }),
});
const refused = (file: string, from: string) => imports(file, from, IMPORTS);
const allowed = (file: string, from: string) => imports(file, from);

const PRISMA = ['@prisma/client', '.prisma/client', '@prisma/adapter-pg', 'prisma', 'pg'];
const LINE = 'export const it = 1;\n';
const SERVICES = ['control-plane', 'data-plane', 'deployment-worker', 'tool-router', 'portal'];

const groups: Record<string, Case[]> = {
  'services never import services': [
    ...SERVICES.flatMap((service) => {
      const other = service === 'data-plane' ? 'control-plane' : 'data-plane';
      return [
        refused(`services/${service}/src/by-name.ts`, `@mcp-gateway/${other}`),
        refused(`services/${service}/src/by-entry.ts`, `@mcp-gateway/${other}/steps`),
        refused(`services/${service}/src/by-path.ts`, `../../${other}/src/app.js`),
        refused(`services/${service}/src/by-relative.ts`, `../../${other}/app.js`),
        refused(`services/${service}/src/local.ts`, '@mcp-gateway/local/redis'),
        refused(`services/${service}/src/example.ts`, '@mcp-gateway/mcp-example'),
        refused(`services/${service}/src/deep/by-path.ts`, `../../../${other}/dist/app.js`),
        allowed(`services/${service}/src/own.ts`, '../src/app.js'),
        allowed(`services/${service}/src/common.ts`, '@mcp-gateway/common/errors'),
      ];
    }),
    refused('packages/runtime/src/service.ts', '@mcp-gateway/deployment-worker'),
  ],
  'only packages/database knows Prisma and pg': [
    ...[
      'packages/common/src/a.ts',
      'packages/local/src/postgres/a.ts',
      'packages/protocol/src/a.ts',
      'packages/runtime/src/a.ts',
      'packages/runtime/src/kubernetes/a.ts',
      ...SERVICES.map((service) => `services/${service}/src/a.ts`),
      'servers/mcp-example/src/a.ts',
      'test/e2e/a.test.ts',
    ].flatMap((file) =>
      [...PRISMA, '@mcp-gateway/database/src/generated/client.js'].map((from, index) =>
        refused(file.replace('a.', `prisma-${index}.`), from),
      ),
    ),
    refused('services/deployment-worker/src/generated.ts', '../../../packages/database/src/generated/client.js'),
    allowed('packages/database/src/client.ts', '@prisma/client'),
    allowed('packages/database/src/adapter.ts', '@prisma/adapter-pg'),
    allowed('packages/database/src/pg.ts', 'pg'),
    allowed('packages/database/src/generated.ts', './generated/client.js'),
    allowed('services/deployment-worker/src/rows.ts', '@mcp-gateway/database'),
  ],
  'only packages/runtime/src/kubernetes knows the Kubernetes client': [
    ...[
      'packages/common',
      'packages/database',
      'packages/local',
      'packages/protocol',
      'packages/runtime',
      ...SERVICES.map((service) => `services/${service}`),
    ].map((folder) => refused(`${folder}/src/cluster.ts`, '@kubernetes/client-node')),
    refused('packages/runtime/src/process/cluster.ts', '@kubernetes/client-node'),
    allowed('packages/runtime/src/kubernetes/observe.ts', '@kubernetes/client-node'),
    allowed('packages/runtime/src/kubernetes/errors.ts', '@mcp-gateway/common/errors'),
  ],
  'the data plane knows neither the database nor the runtime': [
    refused('services/data-plane/src/rows.ts', '@mcp-gateway/database'),
    refused('services/data-plane/src/runtime.ts', '@mcp-gateway/runtime'),
    refused('services/data-plane/src/logs.ts', '@mcp-gateway/runtime/logs'),
    allowed('services/data-plane/src/protocol.ts', '@mcp-gateway/protocol'),
  ],
  'packages/common is below all others': [
    ...['database', 'local', 'protocol', 'runtime', 'runtime/logs'].map((from, index) =>
      refused(`packages/common/src/above-${index}.ts`, `@mcp-gateway/${from}`),
    ),
    allowed('packages/common/src/own.ts', '../errors/index.js'),
    allowed('packages/common/src/zod.ts', 'zod'),
  ],
  'database, runtime and protocol import no package beside them': [
    'protocol',
    'database',
    'runtime',
    'runtime/src/kubernetes',
  ].flatMap((name) => [
    ...['database', 'local/postgres', 'local', 'runtime', 'runtime/child-guard', 'protocol', 'mcp-example']
      .filter((from) => !from.startsWith(name.split('/')[0] ?? ''))
      .map((from, index) =>
        refused(`packages/${name}${name.includes('/') ? '' : '/src'}/above-${index}.ts`, `@mcp-gateway/${from}`),
      ),
    allowed(`packages/${name}${name.includes('/') ? '' : '/src'}/errors.ts`, '@mcp-gateway/common/errors'),
  ]),
  'the control plane has the logs of the runtime and nothing else of it': [
    refused('services/control-plane/src/runtime.ts', '@mcp-gateway/runtime'),
    refused('services/control-plane/src/child-guard.ts', '@mcp-gateway/runtime/child-guard'),
    allowed('services/control-plane/src/logs.ts', '@mcp-gateway/runtime/logs'),
    allowed('services/deployment-worker/src/runtime.ts', '@mcp-gateway/runtime'),
  ],
  'packages are imported by name': [
    refused('services/control-plane/src/path.ts', '../../../packages/common/src/errors/index.js'),
    refused('services/control-plane/src/built.ts', '../../../packages/common/dist/errors/index.js'),
    refused('services/control-plane/src/sources.ts', '@mcp-gateway/common/src/errors/index.js'),
    refused('packages/runtime/src/sources.ts', '@mcp-gateway/common/dist/errors/index.js'),
    refused('packages/runtime/src/neighbour.ts', '../../common/src/errors/index.js'),
    refused('test/e2e/service.test.ts', '../../services/data-plane/src/app.js'),
    refused('bench/start/package.ts', '../../packages/common/src/errors/index.js'),
    refused('test/data-plane/support/other.ts', '../../../services/data-plane/src/app.js'),
    allowed('test/data-plane/support/sources.ts', '../../../services/data-plane/src/app.js'),
    refused('test/routing/support/sources.ts', '../../../packages/common/src/errors/index.js'),
    refused('test/built/support/sources.ts', '../../../services/data-plane/dist/app.js'),
    refused('test/database/support/sources.ts', '@prisma/client'),
  ],
  'every kind of import counts': [
    { file: 'services/data-plane/src/dynamic.ts', code: "export const rows = await import('pg');\n", rule: IMPORTS },
    {
      file: 'services/data-plane/src/create-require.ts',
      code: "import { createRequire } from 'node:module';\nexport const rows: unknown = createRequire(import.meta.url)('pg');\n",
      rule: IMPORTS,
    },
    { file: 'services/data-plane/src/reexport.ts', code: "export * from 'pg';\n", rule: IMPORTS },
    { file: 'services/data-plane/src/type.ts', code: "export type { Pool } from 'pg';\n", rule: IMPORTS },
    {
      file: 'services/data-plane/src/require.ts',
      code: "export const rows = require('pg');\n",
      rule: 'typescript(no-require-imports)',
    },
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
      { file: `packages/${name}/src/plain.ts`, code: "export { env } from 'process';\n", rule: IMPORTS },
      { file: `packages/${name}/src/env.ts`, code: "export { env } from 'node:process';\n", rule: IMPORTS },
      { file: `packages/${name}/src/all.ts`, code: "export { default } from 'node:process';\n", rule: IMPORTS },
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
};

describe('the boundaries that lint keeps', () => {
  let folder: string;
  let found: Map<string, string[]>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcp-gateway-boundaries-'));
    await copyFile(path.join(ROOT, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
    for (const { file, code } of Object.values(groups).flat()) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), code);
    }
    found = await lint(folder);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(Object.entries(groups))('%s', (_name, cases) => {
    it.each(
      cases.map((each) => ({ ...each, verdict: each.rule ? 'refuses' : 'accepts', line: each.code.split('\n')[0] })),
    )('$verdict $file: $line', ({ file, rule }) => {
      expect(found.get(file) ?? []).toEqual(rule === undefined ? [] : [rule]);
    });
  });
});

/** The rules that each file breaks, each once. */
async function lint(cwd: string): Promise<Map<string, string[]>> {
  const bin = path.join(ROOT, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  const output = await new Promise<string>((resolve) => {
    // It ends with 1, for what it found.
    execFile(path.join(bin, 'oxlint'), ['--format=json'], { cwd, env, maxBuffer: 32 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  const rules = new Map<string, Set<string>>();
  for (const { code, filename } of diagnostics) rules.set(filename, (rules.get(filename) ?? new Set()).add(code));
  return new Map([...rules].map(([file, codes]) => [file, [...codes]]));
}
