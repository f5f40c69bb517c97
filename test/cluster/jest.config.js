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
  testSequencer: '<rootDir>/test/cluster/jest/sequencer.mjs',
  // The tests wait for pods most of the time. They share a cluster, and each file has namespaces of its own; a file that stops parts
  // of a cluster has the environment own-cluster.mjs.
  maxWorkers: 3,
  testTimeout: 300_000,
};
