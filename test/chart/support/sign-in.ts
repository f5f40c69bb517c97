import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIENCE, type Caller, type ClusterIssuer, startClusterIssuer } from '../../cluster/support/issuer.js';
import { kubectlIn } from '../../cluster/support/kubectl.js';
import { folder } from '../../support/after-tests.js';

const ANSWER_MS = 35_000;
const CA = '/etc/issuer/ca.crt';

export interface SignIn {
  issuer: ClusterIssuer;
  /** Arguments of Helm: the issuer, and the Secret and the ConfigMap that the values name. */
  args: string[];
  /** Headers of a caller with a new token. */
  headers: (caller: Caller) => Promise<{ authorization: string }>;
}

let prepared: Promise<SignIn> | undefined;

/**
 * What lets callers of the releases in the namespace of a test file sign in, with access tokens and API keys. The issuer starts at
 * the first call.
 */
export const signInOf = (namespace: string): Promise<SignIn> => (prepared ??= prepareSignIn(namespace));

async function prepareSignIn(namespace: string): Promise<SignIn> {
  const issuer = await startClusterIssuer();
  const meta = { namespace };
  await kubectlIn(namespace).apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...meta, name: 'issuer-ca' },
      data: { 'ca.crt': issuer.ca },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...meta, name: 'api-keys' },
      stringData: { MCP_GATEWAY_API_KEY_PEPPERS: randomBytes(32).toString('base64') },
    },
  );
  const trust = {
    extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: CA }],
    extraVolumes: [{ name: 'issuer-ca', configMap: { name: 'issuer-ca' } }],
    extraVolumeMounts: [{ name: 'issuer-ca', mountPath: '/etc/issuer', readOnly: true }],
  };
  const values = {
    auth: {
      mode: 'oidc',
      oidc: { issuers: [{ issuer: issuer.issuer, audiences: [AUDIENCE], scopes: ['mcp.use'] }] },
      apiKeys: { existingSecret: 'api-keys' },
    },
    dataPlane: trust,
    controlPlane: trust,
  };
  const file = join(await folder(), 'sign-in.json');
  await writeFile(file, JSON.stringify(values));
  return { issuer, args: [`--values=${file}`], headers: issuer.headers };
}

/**
 * Creates an API key of the caller with these headers.
 * @param roles of the key; roles of the caller, unless it is an administrator
 */
export async function createApiKey(url: string, headers: Record<string, string>, roles: string[]) {
  const response = await fetch(`${url}/api-keys`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'a script', roles }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok) throw new Error(`POST /api-keys answered ${response.status}: ${await response.text()}`);
  const { key, id } = (await response.json()) as { key: string; id: string };
  return { id, headers: { 'x-api-key': key } };
}
