import Environment from '../../support/environment.mjs';
import { hold } from './holder.mjs';

/**
 * For a file of tests that takes parts of the cluster away: a cluster that no other file meets.
 * `@jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs` in its first comment asks for it.
 */
export default class OwnCluster extends Environment {
  /** @type {import('./holder.mjs').Held | undefined} */
  #held;

  /** @override */
  async setup() {
    await super.setup();
    this.#held = await hold();
    this.global.process.env.MCP_GATEWAY_TEST_CLUSTER = this.#held.folder;
  }

  /** @override */
  async teardown() {
    await this.#held?.end();
    await super.teardown();
  }
}
