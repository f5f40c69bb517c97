import type { AdapterResource, AdapterStatus } from '@mcp-gateway/common/contracts';
import { waitFor } from './wait.js';

/** Longer than the data plane itself waits for the control plane. */
const ANSWER_MS = 35_000;
const ADMIN = { 'x-dev-userid': 'dev', 'x-dev-roles': 'mcp.admin' };

export interface Spec {
  name: string;
  imageName: string;
  imageVersion: string;
  [field: string]: unknown;
}

/** An adapter with replicas, as all of these tests have. */
type Replicated = AdapterResource & {
  imageName: string;
  imageVersion: string;
  replicaCount: number;
  environmentVariables: Record<string, string>;
};

/** The spec of the example server. */
export const example = (name: string, more: Record<string, unknown> = {}): Spec => ({
  name,
  imageName: 'mcp-example',
  imageVersion: '0.1.0',
  ...more,
});

export type Api = ReturnType<typeof managementApi>;

/**
 * The management API at the gateway's URL.
 * @param headers of the caller; by default the caller of development sign-in that requests without headers have, which may see everything
 */
export function managementApi(url: string, headers: Record<string, string> = ADMIN) {
  /** Resolves with any answer. Rejects when there is none. */
  function request(
    method: string,
    path: string,
    body?: unknown,
    caller: Record<string, string> = headers,
  ): Promise<Response> {
    return fetch(`${url}/adapters${path}`, {
      method,
      headers: { ...caller, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await request(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /adapters${path} answered ${answer.status}: ${text}`);
    return (text && JSON.parse(text)) as T;
  }

  const mcp = (name: string) => `${url}/adapters/${name}/mcp`;
  const status = (name: string) => call<AdapterStatus>('GET', `/${name}/status`);

  return {
    request,
    mcp,
    status,
    create: (spec: Spec) => call<Replicated>('POST', '', spec),
    update: (spec: Spec) => call<Replicated>('PUT', `/${spec.name}`, spec),
    remove: (name: string) => call<void>('DELETE', `/${name}`),
    get: (name: string) => call<Replicated>('GET', `/${name}`),
    list: () => call<Replicated[]>('GET', ''),
    logs: async (name: string) => (await request('GET', `/${name}/logs`)).text(),

    /** Waits until all replicas run the current spec and the data plane has their route. */
    async ready(name: string, timeoutMs = 20_000): Promise<AdapterStatus> {
      const seen = await waitFor(
        `${name} to be ready`,
        async () => {
          const now = await status(name);
          const settled = now.replicas.length === now.desiredReplicas && now.updatedReplicas === now.desiredReplicas;
          if (now.phase === 'Ready' && settled) return now;
          throw new Error(JSON.stringify(now));
        },
        timeoutMs,
      );
      await waitFor(`${name} to be routed`, async () => ![404, 503].includes(await routed(mcp(name), headers)));
      return seen;
    },
  };
}

/** A DELETE without a session has no effect; the server answers it, if there is one. */
async function routed(url: string, headers: Record<string, string>): Promise<number> {
  const { status } = await fetch(url, { method: 'DELETE', headers, signal: AbortSignal.timeout(5_000) });
  return status;
}
