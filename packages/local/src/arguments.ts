import { parseArgs } from 'node:util';
import { ConfigError, isLoopback } from '@mcp-gateway/platform/config';
import type { Config } from './config.js';

const MODES = ['development', 'oidc'] as const;

export const USAGE = `Use: npm start [-- OPTIONS]

  --auth development   takes callers at their word; this is the default
  --auth oidc          starts an OpenID issuer on this machine, for development only, and lets its users sign in
  --help               shows this text

Variables of the environment set everything else, your own issuer included: docs/configuration.md
`;

const TWO_DASHES = 'Write two dashes first: npm start -- --auth oidc';

interface Arguments {
  /** Stands above AUTH_MODE. */
  auth: (typeof MODES)[number] | undefined;
  help: boolean;
}

/**
 * The arguments of `npm start`.
 * @throws ConfigError with the usage when there are others
 */
export function readArguments(args: string[], environment: NodeJS.ProcessEnv): Arguments {
  // npm takes `--auth` for an option of its own, and hands on neither it nor its value.
  if (args.length === 0 && environment['npm_config_auth_type'] === 'oidc')
    throw new ConfigError(`${TWO_DASHES}\n\n${USAGE}`);
  try {
    const { values } = parseArgs({
      args,
      options: { auth: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const auth = MODES.find((mode) => mode === values.auth);
    if (values.auth !== undefined && !auth) throw new Error(`--auth must be one of ${MODES.join(', ')}.`);
    return { auth, help: values.help ?? false };
  } catch (error) {
    // `npm start --auth oidc`, without the two dashes, arrives here as the argument `oidc` alone.
    const wanted = args.length === 1 && args[0] === 'oidc' ? TWO_DASHES : '';
    throw new ConfigError(`${wanted || (error as Error).message}\n\n${USAGE}`);
  }
}

/** Says why the development issuer must not start with these settings. */
export function developmentIssuerFault(config: Config): string | undefined {
  const set = (['OIDC_ISSUERS', 'ENTRA_TENANT_IDS', 'ENTRA_CLIENT_ID'] as const).find((name) => config[name]);
  if (set) {
    return `--auth oidc starts an issuer for development, but ${set} names yours. Remove ${set}; or leave out --auth oidc, and set AUTH_MODE.`;
  }
  const hosts = [
    ['MCP_GATEWAY_HOST', config.MCP_GATEWAY_HOST],
    ['MCP_GATEWAY_PUBLIC_URL', config.MCP_GATEWAY_PUBLIC_URL?.hostname],
  ] as const;
  const exposed = hosts.find(([, host]) => host !== undefined && !isLoopback(host));
  if (!exposed) return undefined;
  return `--auth oidc lets anyone sign in as anyone, so it is for this machine only, and ${exposed[0]} names ${exposed[1]}. Use 127.0.0.1, or set AUTH_MODE and the settings of your own issuer.`;
}
