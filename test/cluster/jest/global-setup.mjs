import { readCluster } from '../cluster.mjs';
import { exampleArchive } from '../images/example.mjs';
import { loadArchive } from '../node/load.mjs';
import { startHolder } from './holder.mjs';

/** One cluster for all test files: the one that MCP_GATEWAY_TEST_CLUSTER names, else a new one that ends with jest. */
export default async function setUp() {
  const reused = process.env.MCP_GATEWAY_TEST_CLUSTER;
  if (reused) await loadArchive(readCluster(reused), await exampleArchive());
  else process.env.MCP_GATEWAY_TEST_CLUSTER = await startHolder();
}
