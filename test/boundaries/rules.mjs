/**
 * Which part of the repository may import which. `npm run check` refuses every other import, imports of types included:
 * dependency-cruiser.mjs turns these tables into rules of dependency-cruiser. The rules of .oxlintrc.json are not about
 * folders, such as `process.env`.
 */

/**
 * The packages of this workspace that each package imports, by name. An entry with a path allows that
 * part of the package only. A new package gets a row.
 * @type {Record<string, string[]>}
 */
export const packages = {
  'packages/common': [],
  'packages/platform': ['common'],
  'packages/identity': ['common'],
  'packages/protocol': ['common'],
  'packages/database': ['common', 'platform'],
  'packages/routing': ['common', 'platform'],
  'packages/sessions': ['common', 'platform'],
  'packages/runtime': ['common', 'platform'],
  'packages/local': ['common', 'platform', 'database', 'runtime'],

  // A service imports no service: what two services need is a package.
  // The data plane serves while PostgreSQL and the cluster are down, so it imports neither database nor runtime.
  'services/data-plane': ['common', 'platform', 'identity', 'protocol', 'routing', 'sessions'],
  // Only the worker changes the runtime; the control plane reads logs.
  'services/control-plane': [
    'common',
    'platform',
    'identity',
    'database',
    'routing',
    'sessions',
    'runtime/src/process/logs/reader.ts',
    'runtime/src/kubernetes/settings/cluster-fields.ts',
    'runtime/src/kubernetes/logs.ts',
  ],
  'services/deployment-worker': ['common', 'platform', 'database', 'routing', 'runtime'],
  'services/tool-router': ['common', 'platform', 'identity', 'protocol', 'routing', 'sessions'],
  'services/portal': ['common'],

  'servers/mcp-example': [],
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
export const browser = { 'packages/common': ['zod'] };

/**
 * Folders and files of a package, from the top. Each imports its own line and the lines below it. Names on one line
 * stand beside each other. A name that does not exist yet has no effect.
 * @type {Record<string, string[][]>}
 */
export const layers = {
  'services/data-plane/src': [
    ['main'],
    ['compose'],
    ['config', 'metrics'],
    ['server'],
    ['pipeline', 'management'],
    ['forwarding', 'legacy-sse'],
    ['sessions'],
    ['upstream'],
    ['request'],
  ],
  'services/control-plane/src': [
    ['main'],
    ['compose', 'config', 'log-reader'],
    ['app', 'metrics'],
    ['openapi', 'errors-page'],
    ['adapters', 'sessions'],
    ['resources'],
    ['http'],
  ],
  'packages/runtime/src/kubernetes': [
    ['index'],
    ['runtime'],
    ['verbs'],
    ['objects', 'status', 'informers', 'ownership'],
    ['api'],
  ],
};

/** Packages of `layers` in which every file and folder has a line. */
export const complete = ['services/data-plane/src'];

/**
 * Folders that never import each other.
 * @type {[string, string][]}
 */
export const apart = [['packages/runtime/src/process', 'packages/runtime/src/kubernetes']];

/**
 * Files whose cycles are not removed yet.
 * @type {string[]}
 */
export const knownCycles = [
  'packages/runtime/src/kubernetes/status/failure-of.ts',
  'packages/runtime/src/kubernetes/status/refusal.ts',
  'services/data-plane/src/forwarding/buffered-message.ts',
  'services/data-plane/src/forwarding/client-error.ts',
  'services/data-plane/src/forwarding/forward.ts',
  'services/data-plane/src/forwarding/idempotent-tools.ts',
  'services/data-plane/src/forwarding/pinned.ts',
  'services/data-plane/src/forwarding/recoverable-post.ts',
  'services/data-plane/src/forwarding/recoverable-stream.ts',
  'services/data-plane/src/forwarding/recoverable.ts',
  'services/data-plane/src/forwarding/response/client-response.ts',
  'services/data-plane/src/forwarding/response/response-part.ts',
  'services/data-plane/src/forwarding/session-probe.ts',
  'services/data-plane/src/forwarding/unpinned.ts',
];

/**
 * Files that still import a line above theirs.
 * @type {string[]}
 */
export const knownUpward = [
  'packages/runtime/src/kubernetes/api/resources.ts',
  'services/data-plane/src/forwarding/forward.ts',
  'services/data-plane/src/forwarding/pinned.ts',
  'services/data-plane/src/forwarding/recoverable.ts',
  'services/data-plane/src/forwarding/send.ts',
];
