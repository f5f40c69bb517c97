import { inspect } from 'node:util';
import { authorizationServersOf, signInFault, signInOf } from '@mcp-gateway/identity';
import {
  ConfigError,
  readConfig,
  refuseExposedDevelopmentSignIn,
  unknownVariables,
  variablesOf,
} from '@mcp-gateway/platform/config';
import { createLogger, escapeControls } from '@mcp-gateway/platform/logging';
import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { CatalogueError } from '@mcp-gateway/runtime/supervisor';
import { announce, announceSignIn } from './announce.js';
import { awaitAdapters } from './await-adapters.js';
import { startGateway } from './compose.js';
import { Config } from './config.js';

runMain(async () => {
  for (const warning of unknownVariables(process.env, variablesOf(Config))) console.error(warning);
  const config = readConfig(Config, process.env);
  const fault = signInFault(config) ?? refuseExposedDevelopmentSignIn(config);
  if (fault) throw new ConfigError(fault);
  const log = createLogger('local', config.MCP_GATEWAY_LOG_LEVEL);
  const { defer, shutdown, isEnding } = shutdownOn(log);
  try {
    const { url, controlPlaneUrl, data, logs } = await startGateway(config, { env: process.env, log, defer, isEnding });
    // This process need not trust the certificate of the data plane.
    const routedUrl = config.MCP_GATEWAY_TLS_CERT_FILE === undefined ? url : null;
    const signIn = signInOf(config);
    const issuers = signIn && authorizationServersOf(signIn).map(({ issuer }) => issuer);
    const text = issuers
      ? announceSignIn({ url, issuers, data, logs })
      : announce({ url, adapters: await awaitAdapters(controlPlaneUrl, undefined, routedUrl), data, logs });
    console.log(escapeControls(text));
  } catch (error) {
    const forTheUser = error instanceof ConfigError || error instanceof CatalogueError;
    console.error(escapeControls(forTheUser ? error.message : inspect(error)));
    process.exitCode = 1;
    await shutdown();
  }
});
