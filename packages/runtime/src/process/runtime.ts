import { setTimeout as delay } from 'node:timers/promises';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { Client } from 'undici';
import { readLines } from '../lines.js';
import type { Observation, Runtime, WatchListener } from '../runtime.js';

const TIMEOUT_MS = 5_000;
/** The supervisor sends an empty line every two seconds. */
const WATCH_SILENCE_MS = 8_000;
const RECONNECT_MS = 200;

/** Runs replicas as child processes of the supervisor that listens on the socket. */
export function processRuntime(socketPath: string): Runtime & { close(): Promise<void> } {
  const client = new Client('http://supervisor', { socketPath, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const closing = new AbortController();

  async function call(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    try {
      const answer = await client.request({
        method,
        path,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.statusCode < 300) return await answer.body.json();
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${await answer.body.text()}`);
    } catch (cause) {
      throw new GatewayError('UNAVAILABLE', { detail: 'the process supervisor does not answer', cause });
    }
  }

  return {
    observe: async (ref) => (await call('GET', pathOf(ref))) as Observation,
    list: async () => (await call('GET', '/workloads')) as ResourceRef[],
    async apply({ workload, revision }) {
      await call('PUT', pathOf(workload), { workload, revision });
    },
    async remove(ref) {
      await call('DELETE', pathOf(ref));
    },
    watch(listener, signal) {
      void watch(socketPath, listener, AbortSignal.any([signal, closing.signal]));
    },
    async close() {
      closing.abort();
      await client.close();
    },
  };
}

const pathOf = (ref: ResourceRef): string => `/workloads/${resourceKey(ref)}`;

async function watch(socketPath: string, listener: WatchListener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const client = new Client('http://supervisor', { socketPath, bodyTimeout: WATCH_SILENCE_MS });
    try {
      const { body } = await client.request({ method: 'GET', path: '/watch', signal });
      listener.synced();
      for await (const line of readLines(body)) if (line) listener.changed(JSON.parse(line) as ResourceRef);
    } catch {
      // The supervisor is unavailable or restarts; `synced` reports the next connection.
    } finally {
      client.destroy().catch(() => {});
    }
    await delay(RECONNECT_MS, undefined, { signal }).catch(() => {});
  }
}
