import { Agent } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { ConfigError, type FollowOptions } from '@mcp-gateway/platform/config';
import { followTlsFiles, readTlsFiles, type TlsVariables } from '@mcp-gateway/platform/serving';
import { z } from 'zod';

const CONTROL_PLANE_TLS: Required<TlsVariables> = {
  cert: 'CONTROL_PLANE_CLIENT_CERT_FILE',
  key: 'CONTROL_PLANE_CLIENT_KEY_FILE',
  ca: 'CONTROL_PLANE_CA_FILE',
};

/** The files of a caller of the control plane, all of them optional. */
export const controlPlaneTlsFields = {
  /** Authorities of the control plane's certificate; undefined: those of the system. */
  CONTROL_PLANE_CA_FILE: z.string().optional(),
  /** What the service shows to a control plane that asks for a certificate. */
  CONTROL_PLANE_CLIENT_CERT_FILE: z.string().optional(),
  CONTROL_PLANE_CLIENT_KEY_FILE: z.string().optional(),
};

interface Config {
  CONTROL_PLANE_URL?: string | undefined;
  CONTROL_PLANE_CA_FILE?: string | undefined;
  CONTROL_PLANE_CLIENT_CERT_FILE?: string | undefined;
  CONTROL_PLANE_CLIENT_KEY_FILE?: string | undefined;
}

/**
 * Connects to the control plane with the configured certificates; undefined when none are configured.
 * @throws ConfigError when they are not valid, or would have no effect
 */
export function controlPlaneAgent(config: Config): Agent | undefined {
  const files = readTlsFiles({ ...config }, CONTROL_PLANE_TLS, 'client');
  if (files && !config.CONTROL_PLANE_URL?.startsWith('https:')) {
    const names = Object.values(CONTROL_PLANE_TLS).join(', ');
    throw new ConfigError(`CONTROL_PLANE_URL must start with https://, because one of ${names} is set`);
  }
  return files && new Agent(files);
}

/**
 * New connections use the files as they are now. An agent reads its options for each connection.
 * @returns ends it
 */
export function followControlPlaneTls(agent: Agent, config: Config, options: FollowOptions): () => void {
  const use = (files: object) => void Object.assign(agent.options, files);
  return followTlsFiles({ ...config }, CONTROL_PLANE_TLS, 'client', use, options);
}

/** The certificates of the agent as they are now; undefined without an agent. */
export const tlsOf = (agent: Agent | undefined): (() => SecureContextOptions) | undefined =>
  agent &&
  (() => {
    const { ca, cert, key } = agent.options;
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  });
