import { projectEnvironment } from './environment.mjs';
import { pinnedNode, root } from './machine.mjs';
import { prepare } from './prepare.mjs';
import { interrupted, run } from './process.mjs';
import { skippedLine } from './suites.mjs';

/**
 * `compile` is what has to be ready before; `run` resolves with the exit code.
 * @type {Record<string, { compile: boolean, run: (args: string[]) => Promise<number> }>}
 */
export const targets = {
  start: {
    compile: true,
    // The gateway ends itself when the channel closes, so not even a SIGKILL here leaves it behind.
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
    compile: false, // its first step
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
  // Left out of `npm test` for the time they take (suites.mjs).
  'test:conformance': { compile: true, run: (args) => suite('{conformance,differential}', args) },
  // One at a time: what they print are times.
  'test:load': { compile: true, run: (args) => suite('load', ['--runInBand', ...args]) },
  'test:interoperability': { compile: true, run: (args) => suite('interoperability', args) },
  // And for what it needs of the machine.
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
  // As flags, not in NODE_OPTIONS: jest hands them to its workers, and what the tests start has none of them.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return node([...flags, 'node_modules/jest/bin/jest.js', ...args]);
}

/**
 * @param {string} folder of `test`, whose files are named *.suite.ts
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

/** Which part of the repository imports which: test/boundaries/rules.mjs. */
function checkImports() {
  const config = 'test/boundaries/dependency-cruiser.mjs';
  const folders = ['packages', 'services', 'servers', 'test', 'bench'];
  return command('depcruise', '--config', config, '--output-type', 'err-long', ...folders);
}

/** Without the network: it would tell its maker of the run and ask for a newer version. */
function lintDocument() {
  const env = { ...projectEnvironment(), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return run('redocly', ['lint', '--config', 'openapi/redocly.yaml'], { cwd: root, env, stdio: 'inherit' }).catch(
    printed,
  );
}

/**
 * Runs all of them, whatever becomes of the first.
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
