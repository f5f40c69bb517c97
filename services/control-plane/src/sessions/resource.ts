import type { SessionResource } from '@mcp-gateway/common/contracts';
import type { ListedSession } from '@mcp-gateway/sessions';
import { z } from 'zod';

const MAX_NAME = 256;

/** The part of an `initialize` message that names the client. The client chooses it. */
const Initialize = z.object({
  params: z.object({ clientInfo: z.object({ name: z.string(), version: z.string() }) }),
});

/** The API shows neither the server's id of a session nor the rest of its `initialize` message. */
export function sessionResource({ id, record, lastUsedAt }: ListedSession): SessionResource {
  const { caller, protocolVersion, endpointId, moves, openedAt, initialize } = record;
  return {
    id,
    caller,
    client: clientOf(initialize),
    protocolVersion,
    endpoint: endpointId,
    moves,
    openedAt: isoTime(openedAt),
    lastUsedAt: isoTime(lastUsedAt),
  };
}

function clientOf(initialize: string | null): SessionResource['client'] {
  if (initialize === null) return null;
  try {
    const { name, version } = Initialize.parse(JSON.parse(initialize)).params.clientInfo;
    return { name: name.slice(0, MAX_NAME), version: version.slice(0, MAX_NAME) };
  } catch {
    return null;
  }
}

const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
