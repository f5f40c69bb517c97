import type { PublishedEndpoint } from '@mcp-gateway/common/contracts';
import type { Observation } from '../src/index.js';

/** The endpoints that take new sessions. */
export const ready = ({ replicas }: Observation): PublishedEndpoint[] =>
  replicas.flatMap(({ endpoint }) => (endpoint?.ready ? [endpoint] : []));

export const ids = (seen: Observation): string[] => ready(seen).map(({ id }) => id);

export const instances = ({ replicas }: Observation): number[] =>
  replicas.map(({ instance }) => instance).toSorted((a, b) => a - b);

/** The answer of server.mjs. */
interface ServerState {
  version: string;
  pid: number;
  environment: Record<string, string>;
}

const ANSWER_MS = 5_000;

/** @throws Error when the endpoint does not answer */
export async function serverState(url: string): Promise<ServerState> {
  const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(ANSWER_MS) });
  return (await response.json()) as ServerState;
}
