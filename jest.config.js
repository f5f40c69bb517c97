import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  // Tests import the sources, so a change needs no build; `exports` in each package names the sources as `source`.
  testEnvironmentOptions: { customExportConditions: ['mcp-gateway-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'nodenext' } },
    ],
  },
  // Excludes the root: .data may belong to a running gateway, and parts of it may be unreadable.
  roots: ['packages', 'services', 'servers', 'test'].map((name) => `<rootDir>/${name}`),
  testMatch: ['**/*.test.ts'],
  // `npm run test:cluster` runs the cluster tests.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.cluster\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  // Most tests wait for processes and sockets, so two cores run four test files at once.
  maxWorkers: Math.min(8, Math.max(4, Math.floor(availableParallelism() / 2))),
  setupFilesAfterEnv: ['<rootDir>/test/support/forget-colour.mjs'],
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/one-postgres.mjs',
  globalTeardown: '<rootDir>/test/support/end-postgres.mjs',
};
