/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Tests read the sources, so a change shows without a build; `exports` in each package names them `mcp-gateway-source`.
  testEnvironmentOptions: { customExportConditions: ['mcp-gateway-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'nodenext' } },
    ],
  },
  testMatch: ['<rootDir>/{packages,services,servers,test}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testTimeout: 30_000,
};
