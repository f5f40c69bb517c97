import { readCluster } from '../cluster.mjs';
import { exampleArchive } from '../images/example.mjs';
import { loadArchive } from '../node/load.mjs';
import { hold } from './holder.mjs';

/** @type {import('./holder.mjs').Held | undefined} */
let held;

/** One cluster for all test files: the one that MCP_GATEWAY_TEST_CLUSTER names, else a new one that ends with jest. */
export default async function setUp() {
  const reused = process.env.MCP_GATEWAY_TEST_CLUSTER;
  if (reused) return loadArchive(readCluster(reused), await exampleArchive());
  held = await hold();
  process.env.MCP_GATEWAY_TEST_CLUSTER = held.folder;
}

export const tearDown = () => held?.end();
