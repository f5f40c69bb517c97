import { everythingEntry } from '../../support/everything.js';
import { startGateway, type Gateway } from '../../support/gateway.js';
import { emptyDatabase } from '../../support/postgres.js';

/** The gateway that the files of this folder share, on an external database. */
export let gateway: Gateway;

export async function start(): Promise<void> {
  gateway = await startGateway({
    catalogue: { 'mcp/everything': everythingEntry },
    env: {
      DATABASE_URL: await emptyDatabase(),
      MCP_GATEWAY_METRICS_PORT: '0',
      MCP_GATEWAY_LOG_LEVEL: 'info',
    },
  });
}
