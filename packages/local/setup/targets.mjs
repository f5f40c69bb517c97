import { projectEnvironment } from './environment.mjs';
import { pinnedNode, root } from './machine.mjs';
import { prepare } from './prepare.mjs';
import { interrupted, run } from './process.mjs';
import { skippedLine } from './suites.mjs';

/**
 * `compile` says whether the build must be up to date first; `run` resolves with the exit code.
 * @type {Record<string, { compile: boolean, run: (args: string[]) => Promise<number> }>}
 */
export const targets = {
  start: {
    compile: true,
    // The gateway ends itself when the channel closes, so that it ends even after a SIGKILL of this process.
    run: (args) => node(['packages/local/dist/main.js', ...args], ['inherit', 'inherit', 'inherit', 'ipc']),
  },
  test: {
    compile: true,
    async run(args) {
      const code = await jest(args);
      console.error(`\n${skippedLine()}`);
      return code;
    },
  },
  check: {
    compile: false, // the first step of `run` compiles
    run: () =>
      runAll([
        { name: 'tsc -b', run: () => prepare({ compile: true }).then(() => 0, printed) },
        { name: 'tsc -p tsconfig.test.json', run: () => command('tsc', '-p', 'tsconfig.test.json') },
        { name: 'oxlint', run: () => command('oxlint', '--deny-warnings') },
        { name: 'dependency-cruiser', run: checkImports },
        { name: 'prettier --check', run: () => command('prettier', '--check', '--log-level=warn', '.') },
        { name: 'knip', run: () => command('knip') },
        {
          name: 'openapi/mcp-gateway.openapi.json is current',
          run: () => command('node', 'services/control-plane/dist/openapi/generate.js', '--check'),
        },
        { name: 'redocly lint', run: lintDocument },
      ]),
  },
  build: { compile: true, run: async () => 0 },
  // Excluded from `npm test` because they take long (suites.mjs).
  'test:conformance': { compile: true, run: (args) => suite('{conformance,differential}', args) },
  // One at a time: they print times.
  'test:load': { compile: true, run: (args) => suite('load', ['--runInBand', ...args]) },
  'test:browser': { compile: true, run: (args) => suite('browser', args) },
  'test:interoperability': { compile: true, run: (args) => suite('interoperability', args) },
  // Excluded from `npm test` because they need privileges and programs that a machine may lack.
  'test:cluster': { compile: true, run: (args) => jest(['--config', 'test/cluster/jest.config.js', ...args]) },
};

/**
 * @param {string[]} args
 * @param {import('node:child_process').StdioOptions} [stdio]
 */
function node(args, stdio = 'inherit') {
  return run(pinnedNode(), args, { cwd: root, env: projectEnvironment(), stdio });
}

/** @param {string[]} args */
function jest(args) {
  // Passed as flags and not in NODE_OPTIONS: jest hands flags to its workers, and programs that the tests start do not inherit them.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return node([...flags, 'node_modules/jest/bin/jest.js', ...args]);
}

/**
 * @param {string} folder of `test`, whose suites are named *.suite.ts
 * @param {string[]} args
 */
const suite = (folder, args) => jest([...args, '--testMatch', `**/test/${folder}/*.suite.ts`]);

/**
 * @param {string} name
 * @param {string[]} args
 */
function command(name, ...args) {
  return run(name, args, { cwd: root, env: projectEnvironment(), stdio: 'inherit' }).catch(printed);
}

/** Checks which part of the repository imports which: test/boundaries/rules.mjs. */
function checkImports() {
  const config = 'test/boundaries/dependency-cruiser.mjs';
  const folders = ['packages', 'services', 'servers', 'test', 'bench'];
  return command('depcruise', '--config', config, '--output-type', 'err-long', ...folders);
}

/** Works without the network: otherwise it would report the run to its vendor and ask for a newer version. */
function lintDocument() {
  const env = { ...projectEnvironment(), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return run('redocly', ['lint', '--config', 'openapi/redocly.yaml'], { cwd: root, env, stdio: 'inherit' }).catch(
    printed,
  );
}

/**
 * Runs all steps, also after one has failed.
 * @param {{ name: string, run: () => Promise<number> }[]} steps
 */
async function runAll(steps) {
  const failed = [];
  for (const { name, run: runStep } of steps) {
    console.log(`\n── ${name}`);
    const code = await runStep();
    if (interrupted()) return code;
    if (code !== 0) failed.push(name);
  }
  console.log(
    `\n${steps.length - failed.length} of ${steps.length} passed${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`,
  );
  return failed.length > 0 ? 1 : 0;
}

/** @param {unknown} error */
function printed(error) {
  console.error(error instanceof Error ? error.message : error);
  return 1;
}
