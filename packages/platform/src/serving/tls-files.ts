import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type FollowOptions, followFiles } from '../config/follow-files.js';
import { ConfigError } from '../config/read.js';

/** PEM. */
export interface TlsFiles {
  /** The certificate of this side, followed by its chain to a root. */
  cert?: Buffer;
  key?: Buffer;
  /** The authorities that this side trusts for the other one. */
  ca?: Buffer;
}

/** The names of the variables that name the files. */
export interface TlsVariables {
  cert: string;
  key: string;
  ca?: string;
}

/** Of the port on which a service listens. */
export const LISTENER_TLS = {
  cert: 'MCP_GATEWAY_TLS_CERT_FILE',
  key: 'MCP_GATEWAY_TLS_KEY_FILE',
  ca: 'MCP_GATEWAY_TLS_CLIENT_CA_FILE',
} satisfies TlsVariables;

type Config = Readonly<Record<string, unknown>>;

const PAIR = 'TLS takes a certificate and its key';

/**
 * Reads certificates and key once. Undefined when none is configured. A server needs a certificate; a client may have an
 * authority alone.
 * @throws ConfigError when one of certificate and key is missing, or they are not valid
 */
export function readTlsFiles(config: Config, names: TlsVariables, side: 'server' | 'client'): TlsFiles | undefined {
  const { cert, key, ca } = filesOf(config, names);
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  const files: TlsFiles = {};
  if (ca !== undefined && names.ca) files.ca = readAuthorities(names.ca, ca);
  if (cert === undefined && key === undefined && side === 'client') return files;
  if (cert === undefined) throw new ConfigError(`${names.cert} is required: ${PAIR}`);
  if (key === undefined) throw new ConfigError(`${names.key} is required: ${PAIR}`);
  Object.assign(files, { cert: read(names.cert, cert), key: read(names.key, key) });
  try {
    createSecureContext(files);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError(`${names.cert} and ${names.key} must be a certificate and its key, in PEM: ${reason}`);
  }
  return files;
}

/**
 * Hands on the files whenever they change, once they fit together.
 * @returns ends it
 */
export function followTlsFiles(
  config: Config,
  names: TlsVariables,
  side: 'server' | 'client',
  use: (files: TlsFiles) => void,
  options: FollowOptions,
): () => void {
  const paths = Object.values(filesOf(config, names)).filter((path) => path !== undefined);
  if (paths.length === 0) return () => {};
  return followFiles(paths, () => use(readTlsFiles(config, names, side) ?? {}), options);
}

function filesOf(config: Config, { cert, key, ca }: TlsVariables) {
  const fileOf = (variable: string | undefined) =>
    variable === undefined ? undefined : (config[variable] as string | undefined);
  return { cert: fileOf(cert), key: fileOf(key), ca: fileOf(ca) };
}

function readAuthorities(variable: string, file: string): Buffer {
  const ca = read(variable, file);
  try {
    void new X509Certificate(ca); // a TLS context takes anything, and then trusts nothing
  } catch (error) {
    throw new ConfigError(`${variable} must be certificates of authorities, in PEM: ${(error as Error).message}`);
  }
  return ca;
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${variable} must be a file that can be read: ${(error as Error).message}`);
  }
}
