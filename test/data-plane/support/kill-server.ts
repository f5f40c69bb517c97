import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { holdPort } from '@mcp-gateway/platform/serving';
import { afterTest } from '../../support/clean-up.js';

/** Breaks every connection of a server, and ends it. */
export async function endServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/**
 * As SIGKILL does: every connection breaks, and new ones are refused. The port stays taken until the test ends; else
 * another test that runs at the same time may listen there, and answer.
 */
export async function killServer(server: Server): Promise<void> {
  const { port } = server.address() as AddressInfo;
  await endServer(server);
  afterTest(await holdPort(port));
}
