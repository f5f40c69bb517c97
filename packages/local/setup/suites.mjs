import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The suites that `npm test` leaves out because they need more than an installed clone. `.ci/run` provides the needs and runs the
 * commands; each counts there as one step or by its tests. A suite without a command is called by `.ci/run` itself, or is
 * part of `npm test` where its need is met.
 * @type {{ name: string, needs: string, counts?: 'step' | 'tests', command?: string, isMet?: () => boolean }[]}
 */
const suites = [
  {
    name: 'the tests on a native Redis',
    needs: 'redis-server on PATH',
    isMet: () => ['redis-server', 'valkey-server'].some(isOnPath),
  },
  { name: 'the tests on PgBouncer', needs: 'pgbouncer on PATH', isMet: () => isOnPath('pgbouncer') },
  { name: 'the tests behind nginx', needs: 'nginx on PATH', isMet: () => isOnPath('nginx') },
  {
    name: 'the start-up benchmark and the MCP Inspector session',
    needs: 'network',
    counts: 'step',
    command: 'node bench/start/main.mjs --check',
  },
  { name: 'the tests on a Kubernetes cluster', needs: 'Linux, root and Go' },
  {
    name: 'the conformance suite and the differential one',
    needs: 'minutes',
    counts: 'tests',
    command: 'npm run test:conformance',
  },
  {
    name: 'the suites of many sessions, streams and faults',
    needs: 'minutes',
    counts: 'tests',
    command: 'npm run test:load',
  },
  {
    name: 'the interoperability table and the servers of others',
    needs: 'seven minutes, network, Python 3.10 or newer with venv',
    counts: 'tests',
    command: 'npm run test:interoperability',
  },
  {
    name: 'sign-in in a browser',
    needs: 'network, chromium',
    counts: 'tests',
    command: 'npm run test:browser',
  },
];

/** @returns {string} such as `Skipped: the start-up benchmark (network); run .ci/run` */
export function skippedLine() {
  const left = suites.filter(({ isMet }) => !isMet?.());
  return `Skipped: ${left.map(({ name, needs }) => `${name} (${needs})`).join(', ')}; run .ci/run`;
}

/** @param {string} command */
function isOnPath(command) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => folder && fs.existsSync(path.join(folder, command)));
}

// `node packages/local/setup/suites.mjs` prints one command per line for .ci/run: `tests npm run …`.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { counts, command } of suites) if (command) console.log(counts, command);
}
