import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterResource, AdapterStatus } from '@mcp-gateway/common/contracts';

const READY_MS = 30_000;
const ADMIN = { 'x-dev-userid': 'dev', 'x-dev-roles': 'mcp.admin' };
const EXAMPLE = {
  name: 'mcp-example',
  imageName: 'mcp-example',
  imageVersion: '0.1.0',
  replicaCount: 2,
  description: 'Shows what the gateway does: add, echo, counter, whoami, slow.',
};

export interface ShownAdapter {
  name: string;
  ready: boolean;
}

/** The adapters there are, or on an empty gateway the example, once each is ready or clearly is not. */
export async function showAdapters(url: string): Promise<ShownAdapter[]> {
  const adapters = await call<AdapterResource[]>(`${url}/adapters`, { headers: ADMIN });
  const names = adapters.map(({ name }) => name);
  if (names.length === 0) {
    const { name } = await call<AdapterResource>(`${url}/adapters`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(EXAMPLE),
    });
    names.push(name);
  }
  const deadline = Date.now() + READY_MS;
  return Promise.all(names.map(async (name) => ({ name, ready: await becomesReady(url, name, deadline) })));
}

async function becomesReady(url: string, name: string, deadline: number): Promise<boolean> {
  while (Date.now() < deadline) {
    const { phase } = await call<AdapterStatus>(`${url}/adapters/${name}/status`, { headers: ADMIN });
    if (phase === 'Failed' || phase === 'Stopped') return false;
    if (phase === 'Ready' && (await isRouted(url, name))) return true;
    await delay(50);
  }
  return false;
}

/** The data plane hears of a route a moment after the worker has written it. */
async function isRouted(url: string, name: string): Promise<boolean> {
  const { status } = await fetch(`${url}/adapters/${name}/mcp`, {
    method: 'DELETE',
    headers: ADMIN,
    signal: AbortSignal.timeout(5_000),
  });
  return status !== 404 && status !== 503;
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  if (!response.ok)
    throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
