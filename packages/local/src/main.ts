import { authorizationServersOf, signInFault, signInOf } from '@mcp-gateway/identity';
import {
  ConfigError,
  readConfig,
  refuseExposedDevelopmentSignIn,
  unknownVariables,
  variablesOf,
} from '@mcp-gateway/platform/config';
import { createLogger, endingText, escapeControls } from '@mcp-gateway/platform/logging';
import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { CatalogueError } from '@mcp-gateway/runtime/supervisor';
import { announce, announceDevelopmentIssuer, announceSignIn } from './announce.js';
import { developmentIssuerFault, readArguments, USAGE } from './arguments.js';
import { awaitAdapters } from './await-adapters.js';
import { startGateway, type RunningGateway } from './compose.js';
import { Config } from './config.js';

runMain(async () => {
  const { auth, help } = readArguments(process.argv.slice(2), process.env);
  if (help) return console.log(USAGE);
  for (const warning of unknownVariables(process.env, variablesOf(Config))) console.error(warning);
  const config = readConfig(Config, { ...process.env, ...(auth && { AUTH_MODE: auth }) });
  const developmentIssuer = auth === 'oidc';
  const fault = developmentIssuer
    ? developmentIssuerFault(config)
    : (signInFault(config) ?? refuseExposedDevelopmentSignIn(config));
  if (fault) throw new ConfigError(fault);
  const log = createLogger('local', config.MCP_GATEWAY_LOG_LEVEL);
  const { defer, shutdown, isEnding } = shutdownOn(log);
  try {
    const host = { env: process.env, log, defer, isEnding, developmentIssuer };
    console.log(escapeControls(await announcement(config, await startGateway(config, host))));
  } catch (error) {
    const forTheUser = error instanceof ConfigError || error instanceof CatalogueError;
    console.error(forTheUser ? escapeControls(error.message) : endingText(error, config.MCP_GATEWAY_LOG_LEVEL));
    process.exitCode = 1;
    await shutdown();
  }
});

async function announcement(config: Config, gateway: RunningGateway): Promise<string> {
  const { url, publicUrl, controlPlaneUrl, issuer, data, logs } = gateway;
  // This process need not trust the certificate of the data plane.
  const routedUrl = config.MCP_GATEWAY_TLS_CERT_FILE === undefined ? url : null;
  const shown = { url: publicUrl, data, logs };
  if (issuer) {
    const headers = { authorization: `Bearer ${await issuer.token('alice')}` };
    const caller = { subject: 'alice', admin: headers, creator: headers, requiredRoles: ['developer'] };
    const adapters = await awaitAdapters(controlPlaneUrl, undefined, routedUrl, caller);
    return announceDevelopmentIssuer({ ...shown, adapters, issuer: issuer.issuer, secret: issuer.secret });
  }
  const signIn = signInOf(config);
  if (signIn) {
    return announceSignIn({ ...shown, issuers: authorizationServersOf(signIn).map((each) => each.issuer) });
  }
  return announce({ ...shown, adapters: await awaitAdapters(controlPlaneUrl, undefined, routedUrl) });
}
