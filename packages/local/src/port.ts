import { createServer } from 'node:http';
import { closeServer, listen } from '@mcp-gateway/platform/serving';

/**
 * The port to use, chosen now when 0 was asked for, so that everything that starts before the data plane does not
 * start in vain.
 * @throws ConfigError when it is taken
 */
export async function checkPort(host: string, port: number): Promise<number> {
  const server = createServer();
  const free = await listen(server, { host, port });
  await closeServer(server, 0);
  return free;
}
