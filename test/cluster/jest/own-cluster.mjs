import Environment from '../../support/environment.mjs';
import { hold } from './holder.mjs';

/**
 * For a test file that stops parts of the cluster: a cluster that no other file uses.
 * The first comment of the file selects it: `@jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs`.
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
