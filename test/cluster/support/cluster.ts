import { readCluster } from '../cluster.mjs';

const folder = process.env['MCP_GATEWAY_TEST_CLUSTER'];
if (!folder) throw new Error('No cluster is up: run `npm run test:cluster`, or set MCP_GATEWAY_TEST_CLUSTER.');

/** The cluster that the tests share. */
export const cluster = readCluster(folder);
