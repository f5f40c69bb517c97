import { createRequire } from 'node:module';
import JestRuntime from 'jest-runtime';
import { forcedColour } from './forget-colour.mjs';

/**
 * Large packages, of which no test changes a state that all share, and a room that has each. Every test file has a realm of its own,
 * for which Jest compiles and runs all that it imports again: with these, half the processor time of most files.
 * What they throw is no `instanceof Error` in the realm of a test, as with Node's own modules.
 */
const rooms = {
  '@kubernetes/client-node': 'packages/runtime',
  bullmq: 'packages/routing',
  pg: 'packages/database',
  pino: 'packages/platform',
  redis: 'packages/platform',
  undici: 'services/data-plane',
  zod: 'packages/common',
};

const requires = new Map(
  Object.entries(rooms).map(([name, room]) => [
    name,
    createRequire(new URL(`../../${room}/package.json`, import.meta.url)),
  ]),
);

/** @param {string} specifier of an import, with the prefix that Jest gives to what is not loaded in the realm */
function requireOf(specifier) {
  const path = specifier.replace(/^node:/, '');
  const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
  const require = requires.get(name);
  return require && (() => /** @type {unknown} */ (require(path)));
}

/** Jest's, but that it loads some packages as it loads Node's own modules: once in each worker. */
export default class PackagesOnce extends JestRuntime {
  /** @param {ConstructorParameters<typeof JestRuntime>} args */
  constructor(...args) {
    const [config, environment, resolver, ...rest] = args;
    // For what a failed assertion says: `expect` asks for it once, before forget-colour.mjs runs in this realm.
    if (forcedColour) environment.global.process.env['FORCE_COLOR'] = forcedColour;
    /** @param {string} name */
    const isCoreModule = (name) => requireOf(name) !== undefined || resolver.isCoreModule(name);
    super(config, environment, Object.create(resolver, { isCoreModule: { value: isCoreModule } }), ...rest);
    // Its type is private; no public hook knows of a package before Jest has resolved it to a file.
    const { coreModule } = /** @type {{ coreModule: { require: (name: string) => unknown } }} */ (
      /** @type {unknown} */ (this)
    );
    const requireCore = coreModule.require.bind(coreModule);
    coreModule.require = (name) => (requireOf(name) ?? (() => requireCore(name)))();
  }
}
