import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  // Tests read the sources, so a change shows without a build; `exports` in each package names them `source`.
  testEnvironmentOptions: { customExportConditions: ['mcp-gateway-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'nodenext' } },
    ],
  },
  // Not the root: .data belongs to a gateway that may run meanwhile, and parts of it may not be readable.
  roots: ['packages', 'services', 'servers', 'test'].map((name) => `<rootDir>/${name}`),
  testMatch: ['**/*.test.ts'],
  // `npm run test:cluster` runs the last.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.cluster\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  // Most tests wait for processes and sockets, so two cores take four at once.
  maxWorkers: Math.min(8, Math.max(4, Math.floor(availableParallelism() / 2))),
  setupFilesAfterEnv: ['<rootDir>/test/support/forget-colour.mjs'],
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/one-postgres.mjs',
  globalTeardown: '<rootDir>/test/support/end-postgres.mjs',
};
