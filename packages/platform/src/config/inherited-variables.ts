import { resolve } from 'node:path';

/** Whom a program trusts beside the authorities that it comes with. */
const TRUST = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];

const PROXY = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** Where packages come from, for a server that is started by npx, pipx or uvx. */
const PACKAGES = [
  'NPM_CONFIG_REGISTRY',
  'NPM_CONFIG_CAFILE',
  'NPM_CONFIG_STRICT_SSL',
  'NPM_CONFIG_PROXY',
  'NPM_CONFIG_HTTPS_PROXY',
  'NPM_CONFIG_NOPROXY',
  'NPM_CONFIG_USERCONFIG',
  'PIP_INDEX_URL',
  'PIP_CERT',
  'UV_DEFAULT_INDEX',
  'UV_NATIVE_TLS',
];

const IN_EITHER_CASE = new Set([...PROXY, ...PACKAGES]);
/** Files and folders: a program that runs in another folder has to find them, too. */
const PATHS = new Set([...TRUST, 'NPM_CONFIG_CAFILE', 'NPM_CONFIG_USERCONFIG', 'PIP_CERT']);

type Environment = Record<string, string | undefined>;

/** The variables by which the services trust an authority of the user's own. */
export const trustVariables = (env: Environment): Record<string, string> => chosen(env, (name) => TRUST.includes(name));

/** The variables by which a service reaches issuers and remote servers. It calls nothing else by a proxy. */
export const proxyVariables = (env: Environment): Record<string, string> =>
  chosen(env, (name) => PROXY.includes(name.toUpperCase()));

/**
 * The variables of the gateway that a replica on this machine inherits beside PATH: the ways to the network and the sources of
 * packages (docs/configuration.md). Never the gateway's own settings.
 */
export const networkVariables = (env: Environment): Record<string, string> =>
  chosen(
    env,
    (name) => TRUST.includes(name) || name === 'NODE_USE_ENV_PROXY' || IN_EITHER_CASE.has(name.toUpperCase()),
  );

function chosen(env: Environment, isChosen: (name: string) => boolean): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]): [string, string][] => {
    if (!value || !isChosen(name)) return [];
    return [[name, PATHS.has(name.toUpperCase()) ? absolute(value) : value]];
  });
  return Object.fromEntries(entries);
}

/** SSL_CERT_DIR may be a list. */
const absolute = (value: string): string =>
  value
    .split(':')
    .map((path) => resolve(path))
    .join(':');
