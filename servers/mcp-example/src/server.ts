import { McpServer } from '@modelcontextprotocol/server';
import { registerAdd } from './tools/add.js';
import { registerCounter } from './tools/counter.js';
import { registerEcho } from './tools/echo.js';
import { registerSlow, type Wait } from './tools/slow.js';
import { registerWhoami } from './tools/whoami.js';

export interface ExampleServerOptions {
  /** Legacy: this server lives as long as one session. Modern: as long as one request. */
  era: 'legacy' | 'modern';
  /** The name of this replica, when there are several. */
  replica?: string | undefined;
  wait: Wait;
}

export function createExampleServer({ era, replica, wait }: ExampleServerOptions): McpServer {
  const server = new McpServer({ name: 'mcp-example', version: '0.1.0' });
  registerAdd(server);
  registerEcho(server);
  registerCounter(server, era);
  registerWhoami(server, replica);
  registerSlow(server, wait);
  return server;
}
