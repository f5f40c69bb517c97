import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

const { testPathIgnorePatterns, ...shared } = base;

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  testMatch: ['**/*.cluster.test.ts'],
  testPathIgnorePatterns: testPathIgnorePatterns.filter((pattern) => !pattern.includes('cluster')),
  globalSetup: '<rootDir>/test/cluster/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/test/cluster/jest/global-teardown.mjs',
  // One cluster, and some tests take parts of it away.
  maxWorkers: 1,
  testTimeout: 300_000,
};
