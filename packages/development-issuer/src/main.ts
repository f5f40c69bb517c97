import { ConfigError, isLoopback, LogLevel, Port, readConfig } from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { z } from 'zod';
import { startDevelopmentIssuer } from './issuer.js';

/** Settings of the issuer in a container; `npm start` has none. */
const Config = z.object({
  MCP_GATEWAY_LOG_LEVEL: LogLevel.default('info'),
  MCP_GATEWAY_HOST: z.string().default('127.0.0.1'),
  MCP_GATEWAY_DEVELOPMENT_SIGN_IN: z.literal('allow-from-network', 'can only be "allow-from-network"').optional(),
  PORT: Port,
  ISSUER_FOLDER: z.string(),
  /** Separated by commas. */
  ISSUER_GATEWAY_URLS: z.string().transform((list) => list.split(',')),
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const { MCP_GATEWAY_HOST: host, PORT: port } = config;
  // The network of a container: who publishes the port decides who reaches it.
  if (!isLoopback(host) && !config.MCP_GATEWAY_DEVELOPMENT_SIGN_IN) {
    throw new ConfigError(
      `MCP_GATEWAY_HOST=${host} can be reached from the network, and this issuer lets anyone be anyone. Use 127.0.0.1.`,
    );
  }
  const log = createLogger('development-issuer', config.MCP_GATEWAY_LOG_LEVEL);
  const { defer } = shutdownOn(log);
  const { issuer, stop, secret } = await startDevelopmentIssuer({
    folder: config.ISSUER_FOLDER,
    gatewayUrls: config.ISSUER_GATEWAY_URLS,
    log,
    host,
    port,
  });
  defer(stop);
  console.log(`FOR DEVELOPMENT ONLY: anyone on this machine can be any user of ${issuer}, without a password.

A token of alice (or bob, carol), for an hour:

  curl -s ${issuer}/token -u alice:${secret} -d grant_type=client_credentials
`);
});
