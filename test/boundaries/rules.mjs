/**
 * Which part of the repository may import which. `npm run check` refuses every other import, imports of types included:
 * dependency-cruiser.mjs turns these tables into rules of dependency-cruiser. The rules of .oxlintrc.json are not about
 * folders, such as `process.env`.
 */

/**
 * The packages of this workspace that each package imports, by name. An entry with a path allows only
 * what the package exports under it. A new package gets a row.
 * @type {Record<string, string[]>}
 */
export const packages = {
  'packages/common': [],
  'packages/platform': ['common'],
  'packages/identity': ['common', 'platform'],
  'packages/protocol': ['common'],
  'packages/json-schema': [],
  'packages/openapi': ['common', 'json-schema'],
  'packages/credentials': ['common', 'platform', 'protocol'],
  'packages/database': ['common', 'platform'],
  'packages/routing': ['common', 'platform'],
  'packages/sessions': ['common', 'platform'],
  'packages/quotas': ['common', 'platform'],
  'packages/audit': ['common', 'platform'],
  // Its generator reads the catalogue of errors; `browser` is about what it exports.
  'packages/client': ['common'],
  'packages/cli': ['common', 'client'],
  'packages/runtime': ['common', 'platform'],
  'packages/development-issuer': ['platform'],
  'packages/local': ['common', 'platform', 'identity', 'database', 'runtime', 'development-issuer'],

  // A service imports no service: what two services need is a package.
  // The data plane serves while PostgreSQL and the cluster are down, so it imports neither database nor runtime.
  'services/data-plane': [
    'common',
    'platform',
    'audit',
    'credentials',
    'identity',
    'protocol',
    'quotas',
    'routing',
    'sessions',
  ],
  // Only the worker changes the runtime; the control plane reads logs.
  'services/control-plane': [
    'common',
    'platform',
    'audit',
    'identity',
    'database',
    'json-schema',
    'openapi',
    'quotas',
    'routing',
    'sessions',
    'runtime/logs',
  ],
  'services/deployment-worker': ['common', 'platform', 'database', 'json-schema', 'openapi', 'routing', 'runtime'],
  'services/tool-router': [
    'common',
    'platform',
    'credentials',
    'identity',
    'json-schema',
    'openapi',
    'protocol',
    'routing',
    'sessions',
  ],
  'services/portal': ['common', 'client'],

  'servers/mcp-bridge': ['common', 'protocol'],
  'servers/mcp-example': [],
  'servers/tool-example': [],
};

/**
 * Installed packages that one folder alone imports.
 * @type {Record<string, string[]>}
 */
export const reserved = {
  'packages/database': ['pg', 'prisma', '.prisma/*', '@prisma/*'],
  'packages/runtime/src/kubernetes': ['@kubernetes/*'],
};

/** Packages that run in a browser too: they import these installed packages and no module of Node.js. */
export const browser = {
  'packages/common': ['zod'],
  'packages/client/src': ['openapi-fetch', 'eventsource-parser'],
};

/**
 * Folders and files of a package, from the top. Each imports its own line and the lines below it; names on one line stand
 * beside each other. Every file and folder has a place, except tests, which import any line.
 * @type {Record<string, string[][]>}
 */
export const layers = {
  'services/data-plane/src': [
    ['main'],
    ['compose'],
    ['config', 'metrics'],
    ['server'],
    ['pipeline', 'management'],
    ['legacy-sse'],
    ['forwarding'],
    ['sessions'],
    ['upstream'],
    ['credentials'],
    ['request'],
  ],
  'services/control-plane/src': [
    ['main'],
    ['compose', 'config'],
    ['app', 'metrics'],
    ['openapi', 'errors-page'],
    [
      'adapters',
      'tools',
      'toolsets',
      'api-keys',
      'sessions',
      'credentials',
      'audit',
      'permissions',
      'tenants',
      'events',
      'registry',
    ],
    ['resources'],
    ['http'],
  ],
  'services/tool-router/src': [
    ['main'],
    ['compose', 'announcement'],
    ['metrics'],
    ['server'],
    ['calls'],
    ['catalog'],
    ['sources', 'schema'],
  ],
  'packages/runtime/src': [
    ['index'],
    ['process', 'kubernetes'],
    ['child-guard', 'health', 'lines', 'runtime', 'workload'],
  ],
  'packages/runtime/src/kubernetes': [
    ['runtime'],
    ['readiness', 'logs'],
    ['verbs'],
    ['status'],
    ['informers'],
    ['objects'],
    ['settings'],
    ['ownership'],
    ['api'],
  ],
  'packages/runtime/src/process': [
    ['runtime'],
    ['supervisor'],
    ['replica'],
    ['logs', 'catalogue', 'clock'],
    ['port-owner'],
    ['probe'],
  ],
  'packages/local/src': [
    ['main'],
    ['announce', 'arguments'],
    ['await-adapters', 'compose'],
    ['config', 'data-folder', 'service', 'postgres', 'redis'],
    ['folder-lock', 'keep-running'],
  ],
};

/**
 * Folders that never import each other.
 * @type {[string, string][]}
 */
export const apart = [['packages/runtime/src/process', 'packages/runtime/src/kubernetes']];

/**
 * Files whose cycles are not removed yet.
 * @type {string[]}
 */
export const knownCycles = [];
